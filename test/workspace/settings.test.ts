import { expect, test } from 'vitest';
import { lines, PYTHON, scanAll, world } from './memory.ts';

const ALL = `${PYTHON}HAZARD COUNTER FINE`;

async function found(settings: string, name = 'gilproof.toml'): Promise<string[]> {
  const all = await scanAll(world({ [`/p/${name}`]: settings, '/p/src/a.c': ALL }), '/p');
  return all.map(line => line.replace('/p/src/a.c: ', ''));
}

test('without settings the default rules run, at the level of what goes wrong', async () => {
  expect(await found('')).toEqual(['error borrowed-list-item', 'warning global-counter']);
});

test('rules are selected and ignored by id, family and group; the more exact name wins', async () => {
  expect(await found('select = ["globals"]')).toEqual(['warning global-counter']);
  expect(await found('select = ["all"]\nconfidence = "possible"')).toEqual([
    'error borrowed-list-item',
    'warning global-counter',
    'hint fine-point',
  ]);
  expect(await found('ignore = ["borrowed-refs"]')).toEqual(['warning global-counter']);
  expect(await found('select = ["global-counter"]\nignore = ["globals"]')).toEqual(['warning global-counter']);
  expect(await found('select = ["globals"]\nignore = ["global-counter"]')).toEqual(['nothing']);
});

test('a finding below the wanted confidence is not shown', async () => {
  expect(await found('select = ["fine-point"]')).toEqual(['nothing']);
  expect(await found('select = ["fine-point"]\nconfidence = "possible"')).toEqual(['hint fine-point']);
});

test('severity is set for a rule or a family; off hides it', async () => {
  expect(await found('[severity]\nglobals = "error"\nborrowed-list-item = "off"')).toEqual(['error global-counter']);
});

test('rules are ignored in files that match a glob', async () => {
  expect(await found('[per-file-ignores]\n"src/*.c" = ["globals"]')).toEqual(['error borrowed-list-item']);
  expect(await found('[per-file-ignores]\n"other/*.c" = ["globals"]')).toHaveLength(2);
});

test('pyproject.toml holds settings in its own table, and the nearest file wins', async () => {
  expect(await found('[tool.gilproof]\nignore = ["globals"]', 'pyproject.toml')).toEqual(['error borrowed-list-item']);
  expect(await found('[tool.other]\nx = 1', 'pyproject.toml')).toHaveLength(2);
  const it = world({
    '/p/pyproject.toml': '[tool.gilproof]\nignore = ["globals"]',
    '/p/src/gilproof.toml': 'ignore = ["borrowed-refs"]',
    '/p/src/a.c': ALL,
  });
  expect(await scanAll(it, '/p')).toEqual(['/p/src/a.c: warning global-counter']);
});

test('an editor or the command line overrides the file, setting by setting', async () => {
  const files = { '/p/gilproof.toml': 'ignore = ["globals"]\nconfidence = "possible"', '/p/a.c': ALL };
  const it = world(files, { overrides: () => ({ ignore: [], select: ['all'] }) });
  expect(await scanAll(it, '/p')).toHaveLength(3);
});

test('files declared generated are skipped as such', async () => {
  expect(await found('generated = ["src/*.c"]')).toEqual(['generated']);
});

const MISTAKES: readonly [string, string][] = [
  ['selct = []', "Unknown setting 'selct'. Did you mean 'select'?"],
  ['perFileIgnores = {}', "Unknown setting 'perFileIgnores'. Did you mean 'per-file-ignores'?"],
  [
    'ignore = ["borowed-list-item"]',
    "No rule or family is called 'borowed-list-item'. Did you mean 'borrowed-list-item'?",
  ],
  ['ignore = "all"', "'ignore' must be an array of strings."],
  ['target = "3.41"', "'target' must be one of 3.13, 3.14, 3.15. Did you mean '3.14'?"],
  ['minimum-python = "3"', `'minimum-python' must be a version such as "3.9".`],
  [
    '[severity]\nglobals = "eror"',
    "'severity' must be one of error, warning, information, hint, off for 'globals'. Did you mean 'error'?",
  ],
  ['[per-file-ignores]\n"*.c" = "x"', "'per-file-ignores' must give an array of rules for '*.c'."],
  ['lock-macros = { MY_LOCK = 1 }', "'lock-macros' must give a name for 'MY_LOCK'."],
];

test.each(MISTAKES)('a mistake in a settings file is said in that file: %s', async (text, message) => {
  const it = world({ '/p/gilproof.toml': text });
  const report = await it.workspace.diagnose('/p/gilproof.toml');
  expect(report.notices.map(notice => notice.message)).toEqual([message]);
});

test('a notice points at the key', async () => {
  const text = '[tool.other]\nselct = 1\n[tool.gilproof]\nselct = []\n[tool.gilproof.severity]\nglobals = "eror"\n';
  const it = world({ '/p/pyproject.toml': text });
  const { notices } = await it.workspace.diagnose('/p/pyproject.toml');
  expect(
    notices.map(({ span }) => `${text.slice(0, span.start).split('\n').length}: ${text.slice(span.start, span.end)}`),
  ).toEqual(['4: selct', '6: globals']);
});

test('TOML that cannot be read is said at its place; in a pyproject.toml only when it is about us', async () => {
  const it = world({ '/p/gilproof.toml': 'a = 1\nb = = 2\n', '/q/pyproject.toml': 'b = = 2\n' });
  const { notices } = await it.workspace.diagnose('/p/gilproof.toml');
  expect(notices).toHaveLength(1);
  expect(notices[0]!.span.start).toBeGreaterThanOrEqual('a = 1\n'.length);
  expect(lines(await it.workspace.diagnose('/q/pyproject.toml'))).toEqual(['/q/pyproject.toml: nothing']);
});

test('settings edited in an open document hold at once', async () => {
  const it = world({ '/p/gilproof.toml': '', '/p/a.c': ALL });
  expect(lines(await it.workspace.diagnose('/p/a.c'))).toHaveLength(2);
  it.workspace.open('/p/gilproof.toml', 'select = ["globals"]');
  expect(lines(await it.workspace.diagnose('/p/a.c'))).toEqual(['/p/a.c: warning global-counter']);
});
