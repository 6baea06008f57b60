/**
 * A real free-threaded CPython: the one at hand, else built from Debian's source package into `.cache/python-ft/`;
 * and the compiling of extensions for it, with the flags that the interpreter itself was built with (no setuptools).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withDebian } from './debian.ts';
import { inCache } from './paths.ts';

const BUILT = inCache('python-ft/bin/python3.13t');

export interface FreeThreadedPython {
  readonly executable: string;
  readonly version: string;
  readonly include: string;
  /** Ending of extension modules: `.cpython-313t-x86_64-linux-gnu.so`. */
  readonly suffix: string;
  /** Compiler and flags that turn sources into an extension module. */
  readonly compiler: readonly string[];
}

const QUESTION = `
import json, sys, sysconfig as s
v = s.get_config_var
print(json.dumps({
  "free": bool(v("Py_GIL_DISABLED")), "version": sys.version.split()[0], "include": s.get_paths()["include"],
  "suffix": v("EXT_SUFFIX"), "compiler": [*(v("LDSHARED") or "cc -shared").split(), *(v("CCSHARED") or "-fPIC").split()],
}))`;

function ask(executable: string): FreeThreadedPython | null {
  const run = spawnSync(executable, ['-c', QUESTION], { encoding: 'utf8' });
  if (run.status !== 0) return null;
  const { free, ...facts } = JSON.parse(run.stdout) as { free: boolean } & Omit<FreeThreadedPython, 'executable'>;
  return free && existsSync(path.join(facts.include, 'Python.h')) ? { executable, ...facts } : null;
}

/** The first that works of `PYTHON_FT`, `python3.13t`, `python3.14t` and the one built earlier; null when there is none. */
export function freeThreadedAtHand(): FreeThreadedPython | null {
  for (const executable of [process.env['PYTHON_FT'], 'python3.13t', 'python3.14t', BUILT]) {
    const python = executable ? ask(executable) : null;
    if (python) return python;
  }
  return null;
}

/** As `freeThreadedAtHand`, and builds CPython 3.13 when there is none (about three minutes, 600 MB for a while). */
export function ensureFreeThreaded(): FreeThreadedPython | null {
  return freeThreadedAtHand() ?? build();
}

function build(): FreeThreadedPython | null {
  const work = inCache('python-ft-build');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  process.stderr.write('No free-threaded Python at hand: building CPython 3.13 (about three minutes) …\n');
  const files = withDebian('deb-src', inCache('apt-source'), archive => archive.source('python3.13', work));
  const tarball = files?.find(file => /\.orig\.tar\.[a-z0-9]+$/.test(file));
  if (!tarball) {
    process.stderr.write('The source package of Python 3.13 could not be had.\n');
    return null;
  }
  const prefix = inCache('python-ft');
  const script = `set -e
    tar xf "$0" --strip-components=1
    mkdir -p build && cd build
    ../configure -q --disable-gil --prefix="$1" --with-ensurepip=no --disable-test-modules
    make -s -j"$2"
    make -s altinstall COMPILEALL_OPTS='-x .*'`;
  const run = spawnSync('nice', ['sh', '-c', script, tarball, prefix, String(os.availableParallelism())], {
    cwd: work,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) {
    process.stderr.write(
      `${run.stderr.split('\n').slice(-15).join('\n')}\nCPython could not be built (${work} is kept).\n`,
    );
    return null;
  }
  rmSync(work, { recursive: true, force: true });
  return ask(BUILT);
}

/** Compiles `sources` into the extension `module` in `folder`; what the compiler said, empty when it had nothing to say. */
export function compileExtension(
  python: FreeThreadedPython,
  module: string,
  sources: readonly string[],
  folder: string,
): string {
  mkdirSync(folder, { recursive: true });
  const [compiler = 'cc', ...flags] = python.compiler;
  const strict = ['-O2', '-g', '-Wall', '-Wextra', '-Werror', `-I${python.include}`];
  const output = ['-o', path.join(folder, module + python.suffix)];
  const run = spawnSync(compiler, [...flags, ...strict, ...sources, ...output], { encoding: 'utf8' });
  if (run.error) return run.error.message;
  return run.status === 0 ? '' : run.stderr || `${compiler} ended with ${run.signal ?? run.status}`;
}
