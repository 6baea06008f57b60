/**
 * What every script needs before it can do anything: the packages of the lock file, and Node 24.
 * Runs on the Node that the machine has (20 or newer) and before `npm ci`, so it imports nothing but Node itself.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const modules = path.join(root, 'node_modules');

/** Runs the given TypeScript file of `scripts/` on Node 24 with the packages installed; ends this process with its code. */
export function runOnNode24(script, args = process.argv.slice(2)) {
  installPackages();
  const bin = path.join(modules, '.bin');
  const environment = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  const run = spawnSync(path.join(bin, 'node'), [path.join(root, 'scripts', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  });
  if (run.error) throw run.error;
  process.exit(run.status ?? 1);
}

/** Installs the locked packages when `node_modules` is absent or differs from the lock file. */
export function installPackages() {
  const stale = stalePackage();
  if (stale === null) return;
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) {
    // Somebody shares one installation between work trees: replacing it would pull it from under the others.
    console.error(
      `node_modules is a link and its ${stale} differs from package-lock.json: run npm ci where it points.`,
    );
    return;
  }
  console.error(`Installing packages (${stale} is missing or of another version) …`);
  // `npm ci` refuses a lock that lacks another platform's optional binaries, which happens where a registry does not
  // carry them all; `npm install --no-save` takes the same locked versions.
  const [clean, lenient] = [npm('ci'), () => npm('install', '--no-save')];
  const failure = clean === null ? null : lenient();
  if (failure === null) return;
  console.error(`npm could not install the packages, and nothing else works without them.\n${clean}\n${failure}`);
  process.exit(1);
}

/** Runs npm without its chatter. Null when it worked, else what it said last. */
function npm(...args) {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(command, [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return run.status === 0 ? null : `npm ${args.join(' ')}: ${lastWords(run.stderr ?? String(run.error))}`;
}

function lastWords(text) {
  return (
    text
      .split('\n')
      .filter(line => line.startsWith('npm error'))
      .slice(0, 3)
      .join('\n') || text.slice(-500)
  );
}

/** The first package whose installed version is not the locked one; null when all are as locked. */
function stalePackage() {
  // npm writes what it installed into this second lock file.
  const installed = readLock(path.join(modules, '.package-lock.json'));
  for (const [name, entry] of Object.entries(readLock(path.join(root, 'package-lock.json')))) {
    if (name === '' || entry.optional || entry.devOptional) continue;
    if (installed[name]?.version !== entry.version) return name.replace('node_modules/', '');
  }
  return null;
}

function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}
