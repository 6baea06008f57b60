/** `gilproof fix` on the example, in memory: what it says, what it writes, and that a second run finds nothing more to do. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { BUILDS, type Build, compileErrors, headersAtHand } from '../../scripts/headers.ts';
import { parseOptions } from '../../server/src/cli/command.ts';
import { fix, runFix } from '../../server/src/cli/fix.ts';
import { loadCore } from '../../server/src/host/core.ts';
import { testTerminal } from '../cli/terminal.ts';
import { memoryHost } from '../workspace/memory.ts';

const NAMES = ['book.c', 'tallybook.c', 'tallybook.h'];
const original = Object.fromEntries(
  NAMES.map(name => [`/p/src/${name}`, readFileSync(path.resolve('examples/tallybook/src', name), 'utf8')]),
);
const core = await loadCore();

async function run(argv: readonly string[], files: Readonly<Record<string, string>> = original) {
  const terminal = testTerminal();
  const host = memoryHost(files);
  const written: Record<string, string> = {};
  const args = parseArgs({ args: [...argv], options: parseOptions(fix.options), allowPositionals: true });
  const write = async (file: string, text: string): Promise<void> => void (written[file] = text);
  const code = await runFix(args, terminal, { core, host, write });
  return { code, out: terminal.written(), error: terminal.complained(), written };
}

const everything = await run(['src', '--unsafe-fixes']);

test('says what was fixed, what was left and why', () => {
  expect(everything.error).toContain(
    'src/book.c: Take a strong reference with PyList_GetItemRef() (borrowed-list-item)\n',
  );
  expect(everything.error).toMatch(/^src\/tallybook\.c:\d+: left check-then-act-container: .+\.$/m);
  expect(everything.error).toMatch(/^\d+ fixes applied in 2 files, \d+ hazards? left\.$/m);
  expect(everything.code).toBe(1);
});

test('what is left is left again, and nothing is written', async () => {
  const again = await run(['src', '--unsafe-fixes'], { ...original, ...everything.written });
  expect(again.written).toEqual({});
  expect(again.error).toMatch(/^0 fixes applied in 0 files, /m);
});

test('only fixes that need no decision are made without being asked for the others', async () => {
  const { error, written } = await run(['src']);
  expect(Object.keys(written)).toEqual(['/p/src/book.c', '/p/src/tallybook.c']);
  expect(error).toContain('a decision for you.');
});

test('--diff writes nothing and prints a patch that gives the fixed text', async () => {
  const { out, written } = await run(['src', '--diff', '--rule', 'borrowed-list-item']);
  expect(written).toEqual({});
  expect(out).toBe(
    [
      '--- src/book.c',
      '+++ src/book.c',
      '@@ -166,8 +166,8 @@',
      ' static PyObject *',
      ' Book_first(BookObject *self, PyObject *Py_UNUSED(ignored))',
      ' {',
      '-    PyObject *label = PyList_GetItem(self->history, 0);',
      '-    return Py_XNewRef(label);',
      '+    PyObject *label = PyList_GetItemRef(self->history, 0);',
      '+    return label;',
      ' }',
      ' ',
      ' /* Adds labels to the history without counting them. */',
      '',
    ].join('\n'),
  );
});

test.each([
  [['nowhere'], 'No such file or directory: nowhere'],
  [['src', '--rule', 'no-such-rule'], "There is no rule 'no-such-rule'."],
  [[], 'Say which files or directories to fix.'],
])('gilproof fix %s is refused', async (argv, message) => {
  await expect(run(argv)).rejects.toThrow(message);
});

const headers = headersAtHand();

describe.skipIf(!headers)('the fixed example compiles without a warning', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-fixed-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(Object.keys(BUILDS) as Build[])('%s build', build => {
    const texts = { ...original, ...everything.written };
    for (const [file, text] of Object.entries(texts)) writeFileSync(path.join(folder, path.basename(file)), text);
    const files = NAMES.filter(name => name.endsWith('.c')).map(name => path.join(folder, name));
    expect(compileErrors(files, headers ?? '', build)).toBe('');
  });
});
