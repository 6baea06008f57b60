/**
 * The real VS Code workbench without a desktop: the npm package `code-server` carries VS Code's server and web
 * workbench. It is installed into the cache and never becomes a dependency of the project.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inCache } from '../paths.ts';

/** Of `code-server`; its VS Code is 1.139. It wants Node 24. */
const VERSION = '4.139.1';

export interface Workbench {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT`, the authority of `vscode-remote:` URIs. */
  readonly authority: string;
  /** Of the server; extension hosts and language servers descend from it. */
  readonly process: number;
  stop(): Promise<void>;
}

export interface WorkbenchOptions {
  /** User data, server data and extensions live below it. */
  readonly dataDirectory: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Lets the page's address name an extension to load from its sources, and a test read its log and exit code. */
  readonly testDriver?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Installs the workbench when the cache has none; returns the directory of VS Code's server. */
export function installWorkbench(): string {
  const home = inCache('workbench', VERSION);
  const vscode = path.join(home, 'node_modules', 'code-server', 'lib', 'vscode');
  const stamp = path.join(home, 'complete');
  if (existsSync(stamp)) return vscode;
  console.error(`Installing the VS Code workbench (code-server ${VERSION} from npm) into ${home} …`);
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }\n');
  npm(home, 'install', '--no-save', `code-server@${VERSION}`);
  npm(vscode, 'install', '--omit=dev');
  writeFileSync(stamp, '');
  return vscode;
}

// Install scripts would compile terminals and key stores that no test needs.
function npm(directory: string, ...args: string[]): void {
  const run = spawnSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: withoutNpmSettings(process.env),
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${directory}`);
}

/** Inside `npm test`, npm hands its own settings down (`npm_config_*`, `INIT_CWD`), which confuse a nested npm. */
function withoutNpmSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([key]) => !/^npm_(?:package|lifecycle|command|execpath)/.test(key) && key !== 'INIT_CWD',
    ),
  );
}

/** Starts VS Code's server and answers when it listens. */
export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const vscode = installWorkbench();
  const data = options.dataDirectory;
  mkdirSync(data, { recursive: true });
  const args = [
    path.join(vscode, 'out', 'server-main.js'),
    '--host=127.0.0.1',
    `--port=${options.port ?? 0}`,
    '--without-connection-token',
    '--accept-server-license-terms',
    '--disable-telemetry',
    `--server-data-dir=${path.join(data, 'server')}`,
    `--user-data-dir=${path.join(data, 'user')}`,
    `--extensions-dir=${path.join(data, 'extensions')}`,
    ...(options.testDriver === true ? ['--enable-smoke-test-driver'] : []),
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
    detached: process.platform !== 'win32',
  });
  // In a process group of its own it would outlive a test run that fails badly.
  const end = (): void => signalTree(child, 'SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
  const port = await listeningPort(child);
  const authority = `127.0.0.1:${port}`;
  return { url: `http://${authority}`, authority, process: child.pid ?? 0, stop: () => stopTree(child) };
}

/** Installs a packaged extension for workbenches with this data directory, as a user would. */
export function installExtension(vsix: string, dataDirectory: string): void {
  const args = [
    path.join(installWorkbench(), 'out', 'server-main.js'),
    '--accept-server-license-terms',
    `--server-data-dir=${path.join(dataDirectory, 'server')}`,
    `--extensions-dir=${path.join(dataDirectory, 'extensions')}`,
    `--install-extension=${vsix}`,
  ];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${vsix} was not installed:\n${run.stdout}${run.stderr}`);
}

/** The server announces itself with a line like `Extension host agent listening on 40123`. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`The workbench ended with code ${code}:\n${output}`)));
  });
}

/** Ends the server and the extension hosts that it started (they share its process group). */
function stopTree(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    signalTree(child, 'SIGTERM');
    setTimeout(() => signalTree(child, 'SIGKILL'), 3000).unref();
  });
}

function signalTree({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name);
  } catch {
    // Already gone.
  }
}
