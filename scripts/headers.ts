/**
 * The C headers of Python 3.13, for checking that examples, fixtures and fixes compile: unpacked into
 * `.cache/python-headers/` from Debian's development package. `node scripts/headers.ts` fetches them and prints the folder.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { withDebian } from './debian.ts';
import { inCache } from './paths.ts';

const PACKAGE = 'libpython3.13-dev';
const VERSION = 'python3.13';
const HEADERS = inCache('python-headers');

/** Compiler arguments for the two builds of CPython that an extension must compile for. */
export const BUILDS = { gil: [], 'free-threaded': ['-DPy_GIL_DISABLED=1'] } as const;
export type Build = keyof typeof BUILDS;

/** The folder with `Python.h` if it is at hand (`PYTHON_HEADERS`, then the cache); no network. */
export function headersAtHand(): string | null {
  for (const folder of [process.env['PYTHON_HEADERS'], HEADERS]) {
    if (folder && existsSync(path.join(folder, 'Python.h')) && existsSync(path.join(folder, 'pyconfig.h')))
      return folder;
  }
  return null;
}

/** The folder with `Python.h`, fetched when it is not at hand; null (reason on stderr) when that is not possible. */
export function ensureHeaders(): string | null {
  return (
    headersAtHand() ??
    withDebian('deb', inCache('apt-headers'), archive => unpack(archive.binary(PACKAGE, inCache('debs'))))
  );
}

function unpack(deb: string | null): string | null {
  if (!deb) return null;
  const work = `${HEADERS}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const run = spawnSync('dpkg-deb', ['--extract', deb, work], { encoding: 'utf8' });
    if (run.status !== 0) {
      process.stderr.write(run.stderr);
      return null;
    }
    const include = path.join(work, 'usr/include');
    // Debian's pyconfig.h only includes the architecture's own: put that one in its place, so that one -I is enough.
    const triplet = readdirSync(include).find(name => existsSync(path.join(include, name, VERSION, 'pyconfig.h')));
    if (!triplet) return null;
    cpSync(path.join(include, triplet, VERSION, 'pyconfig.h'), path.join(include, VERSION, 'pyconfig.h'));
    rmSync(HEADERS, { recursive: true, force: true });
    renameSync(path.join(include, VERSION), HEADERS);
    return headersAtHand();
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(deb, { force: true });
  }
}

/**
 * What gcc says about C files, or about text on its standard input (`file` is `-`), under the strictest usual warnings;
 * empty when nothing. Writes no output. `flags` come last: `-x c++`, `-std=c11`, `-I folder` …
 */
export function compileErrors(
  file: string | readonly string[],
  headers: string,
  build: Build,
  { flags = [], text = '' }: { readonly flags?: readonly string[]; readonly text?: string } = {},
): string {
  const language = file === '-' && !flags.includes('-x') ? ['-x', 'c'] : [];
  const strict = ['-fsyntax-only', '-Wall', '-Wextra', '-Werror', `-I${headers}`, ...BUILDS[build]];
  const run = spawnSync('gcc', [...strict, ...language, ...flags, ...[file].flat()], { encoding: 'utf8', input: text });
  if (run.error) return run.error.message;
  return run.status === 0 ? '' : run.stderr || `gcc ended with ${run.signal ?? run.status}`;
}

if (import.meta.main) {
  const folder = ensureHeaders();
  if (folder) process.stdout.write(`${folder}\n`);
  else process.exitCode = 1;
}
