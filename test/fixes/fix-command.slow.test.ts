/** `gilproof fix` on the example, in memory: what it says, what it writes, and that a second run finds nothing more to do. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { BUILDS, type Build, compileErrors, headersAtHand } from '../../scripts/headers.ts';
import { parseOptions, UsageError } from '../../server/src/cli/command.ts';
import { fix, runFix } from '../../server/src/cli/fix.ts';
import { writeAllOrNone, writeAtomically } from '../../server/src/cli/output.ts';
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
  const write = async (texts: ReadonlyMap<string, string>): Promise<void> =>
    void Object.assign(written, Object.fromEntries(texts));
  const code = await runFix(args, terminal, { core, host, write });
  return { code, out: terminal.written(), error: terminal.complained(), written };
}

const everything = await run(['src', '--unsafe-fixes']);

test('says what was fixed, what was left and why', () => {
  expect(everything.error).toContain(
    'src/book.c: Take a strong reference with PyList_GetItemRef() (borrowed-list-item)\n',
  );
  expect(everything.error).toMatch(/^src\/book\.c:\d+: left tuple-mutation-shared: .+\.$/m);
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

test('a file that can not be written stays as it was; the others are written', async () => {
  const terminal = testTerminal();
  const written: string[] = [];
  const args = parseArgs({ args: ['src'], options: parseOptions(fix.options), allowPositionals: true });
  const write = async (texts: ReadonlyMap<string, string>): Promise<void> => {
    if (texts.has('/p/src/book.c')) throw new UsageError(`Can't write /p/src/book.c: no space left on device`);
    written.push(...texts.keys());
  };
  const code = await runFix(args, terminal, { core, host: memoryHost(original), write });
  expect(code).toBe(2);
  expect(written).toEqual(['/p/src/tallybook.c']);
  expect(terminal.complained()).toContain("Can't write /p/src/book.c: no space left on device\n");
});

describe('a text is written whole or not at all', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-write-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('through a link, and with the permissions that the file had', async () => {
    const [file, link] = [path.join(folder, 'real.c'), path.join(folder, 'link.c')];
    writeFileSync(file, 'old');
    chmodSync(file, 0o750);
    symlinkSync(file, link);
    await writeAtomically(link, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o750);
  });

  test('a read-only file is left alone', async () => {
    const file = path.join(folder, 'locked.c');
    writeFileSync(file, 'old');
    chmodSync(file, 0o444);
    await expect(writeAtomically(file, 'new')).rejects.toThrow(`Can't write ${file}: `);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  test('of several files, none is written when one of them can not be', async () => {
    const files = ['first.c', 'second.c'].map(name => path.join(folder, name));
    for (const file of files) writeFileSync(file, 'old');
    const texts = new Map(files.map(file => [file, 'new']));
    chmodSync(files[1] ?? '', 0o444);
    await expect(writeAllOrNone(texts)).rejects.toThrow(`Can't write ${files[1]}: it is read-only`);
    expect(files.map(file => readFileSync(file, 'utf8'))).toEqual(['old', 'old']);
    expect(readdirSync(folder).filter(name => name.endsWith('.tmp'))).toEqual([]);
    chmodSync(files[1] ?? '', 0o644);
    await writeAllOrNone(texts);
    expect(files.map(file => readFileSync(file, 'utf8'))).toEqual(['new', 'new']);
  });

  const pipe = path.join(folder, 'pipe');
  const piped = spawnSync('mkfifo', [pipe]).status === 0;

  test.skipIf(!piped)('a pipe is written into, not replaced', async () => {
    const reader = readFile(pipe, 'utf8');
    await writeAtomically(pipe, 'new');
    expect(await reader).toBe('new');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  const disk = path.join(folder, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0;

  test.skipIf(!mounted)('a full disk leaves the old text, and nothing beside it', async () => {
    try {
      const file = path.join(disk, 'book.c');
      writeFileSync(file, 'old');
      await expect(writeAtomically(file, 'x'.repeat(1 << 20))).rejects.toThrow(/Can't write .*ENOSPC/);
      expect(readFileSync(file, 'utf8')).toBe('old');
      expect(readdirSync(disk)).toEqual(['book.c']);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
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
