/** Builds and packs `gilproof-VERSION.vsix`, and refuses one that grew beyond its bound. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { inRoot, root } from './paths.ts';

/** Bytes. The parsers' wasm is most of it. */
const LARGEST = 3_000_000;

/** Where `packExtension` leaves the package. */
export function packagePath(): string {
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { version: string };
  return inRoot(`gilproof-${version}.vsix`);
}

/** Answers the path of the package. Throws when a step fails. */
export function packExtension(): string {
  run('node', [inRoot('scripts', 'build.mjs')]);
  const file = packagePath();
  // The bundles hold all they need; pictures and links of the README are taken as they are.
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  run(inRoot('node_modules', '.bin', 'vsce'), ['package', ...flags, '--out', file]);
  const { size } = statSync(file);
  if (size > LARGEST) throw new Error(`${file} has ${size} bytes, more than ${LARGEST}.`);
  console.log(`${file}: ${Math.round(size / 1000)} kB`);
  return file;
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr + stdout}`);
}

if (import.meta.main) packExtension();
