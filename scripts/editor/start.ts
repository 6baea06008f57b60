/** `npm start`: the extension on `examples/`, in the desktop's VS Code when there is one, else in a workbench on localhost. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inCache, inRoot, root } from '../paths.ts';
import { startWorkbench } from './workbench.ts';

const DEFAULT_PORT = 8765;
const folder = existsSync(inRoot('examples')) ? inRoot('examples') : root;

build();
if (hasDesktopCode()) openDesktop();
else await serveWorkbench();

function build(): void {
  const run = spawnSync(process.execPath, [inRoot('scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

function hasDesktopCode(): boolean {
  return spawnSync('code', ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0;
}

function openDesktop(): void {
  console.log(`Opening VS Code with the extension on ${folder}`);
  spawn('code', [`--extensionDevelopmentPath=${root}`, '--new-window', folder], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}

async function serveWorkbench(): Promise<void> {
  const wanted = Number(process.env['PORT'] ?? DEFAULT_PORT);
  const options = { dataDirectory: inCache('start'), testDriver: true };
  const workbench = await startWorkbench({ ...options, port: wanted }).catch(() => startWorkbench(options));
  const payload = JSON.stringify([['extensionDevelopmentPath', `vscode-remote://${workbench.authority}${root}`]]);
  const query = new URLSearchParams({ folder, payload });
  console.log('No desktop VS Code found: serving the VS Code workbench instead. Open');
  console.log(`\n  ${workbench.url}/?${query}\n`);
  console.log('Ctrl-C ends it.');
  const end = (): void => void workbench.stop().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
