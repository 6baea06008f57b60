/**
 * Debian packages without root and without touching the system: a private apt configuration in a folder of ours, with
 * the machine's own mirror and keys and the suites that carry Python 3.13. For scripts and tests; never at run time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Suites with Python 3.13; apt takes the newest version that any of them has. */
const SUITES = ['forky', 'trixie'];

export interface Mirror {
  readonly uri: string;
  /** Path of the key ring that the machine checks this mirror with, when its sources name one. */
  readonly signedBy: string | null;
}

export interface Archive {
  /** Downloads a binary package into `folder`; returns the .deb's path, or null when apt could not. */
  binary(name: string, folder: string): string | null;
  /** Downloads a source package (nothing is unpacked) into `folder`; returns the names of the new files. */
  source(name: string, folder: string): readonly string[];
}

/** The Debian mirror in the text of one apt source file, deb822 (`.sources`) or one-line (`.list`); security archives don't count. */
export function mirrorIn(text: string): Mirror | null {
  for (const paragraph of text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.+)$`, 'mi').exec(paragraph)?.[1]?.trim();
    const uri = field('URIs')
      ?.split(/\s+/)
      .find(uri => /\/debian\/?$/.test(uri));
    if (uri) return { uri, signedBy: field('Signed-By') ?? null };
  }
  for (const [, options, uri] of text.matchAll(/^deb(?:-src)?\s+(?:\[([^\]]*)\]\s*)?(\S+\/debian\/?)\s/gm)) {
    return { uri: uri ?? '', signedBy: /signed-by=(\S+)/.exec(options ?? '')?.[1] ?? null };
  }
  return null;
}

function machineMirror(etc = '/etc/apt'): Mirror | null {
  const parts = path.join(etc, 'sources.list.d');
  const files = existsSync(parts) ? readdirSync(parts).filter(name => /\.(sources|list)$/.test(name)) : [];
  for (const file of [path.join(etc, 'sources.list'), ...files.map(name => path.join(parts, name))]) {
    const mirror = existsSync(file) ? mirrorIn(readFileSync(file, 'utf8')) : null;
    if (mirror) return mirror;
  }
  return null;
}

/**
 * Runs `use` with an archive whose package lists were just fetched into `folder` (removed afterwards: they are large).
 * Returns null, having said why on stderr, where there is no apt, no Debian mirror or no network.
 */
export function withDebian<T>(kind: 'deb' | 'deb-src', folder: string, use: (archive: Archive) => T | null): T | null {
  const mirror = machineMirror();
  if (!mirror || spawnSync('apt-get', ['--version']).status !== 0) {
    process.stderr.write('No apt with a Debian mirror on this machine.\n');
    return null;
  }
  const state = path.resolve(folder);
  for (const sub of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(state, sub), { recursive: true });
  const key = mirror.signedBy ? `[signed-by=${mirror.signedBy}] ` : '';
  writeFileSync(path.join(state, 'status'), '');
  writeFileSync(
    path.join(state, 'sources.list'),
    SUITES.map(suite => `${kind} ${key}${mirror.uri} ${suite} main\n`).join(''),
  );
  const options = {
    'Dir::Etc::SourceList': path.join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': path.join(state, 'state'),
    'Dir::State::status': path.join(state, 'status'),
    'Dir::Cache': path.join(state, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
  };
  const apt = (cwd: string, ...args: string[]) => {
    mkdirSync(cwd, { recursive: true });
    const run = spawnSync(
      'apt-get',
      ['-q', ...Object.entries(options).flatMap(([k, v]) => ['-o', `${k}=${v}`]), ...args],
      {
        cwd,
        encoding: 'utf8',
        timeout: 300_000,
      },
    );
    if (run.status !== 0) process.stderr.write(run.stderr);
    return run.status === 0;
  };
  try {
    // One suite may be gone one day: what counts is whether the download works afterwards.
    apt(state, 'update');
    return use({
      binary(name, into) {
        if (!apt(into, 'download', name)) return null;
        const file = readdirSync(into).find(file => file.startsWith(`${name}_`) && file.endsWith('.deb'));
        return file ? path.join(into, file) : null;
      },
      source(name, into) {
        // A mirror may list a version that it no longer has: then the same package of one suite after the other.
        const versions = [name, ...SUITES.map(suite => `${name}/${suite}`)];
        return versions.some(version => apt(into, 'source', '--download-only', version)) ? readdirSync(into) : [];
      },
    });
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
