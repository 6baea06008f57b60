/** Entry of `gilproof`: the only file that touches the process. */
import { realpathSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import manifest from '../../../package.json' with { type: 'json' };
import { slashed } from '../host/node-host.ts';
import type { Terminal } from './command.ts';
import { COMMANDS } from './commands.ts';
import { run } from './run.ts';

// A run of the command line is short: what V8's last compiler costs does not come back before the end, unless a function runs
// far oftener than it takes by default. Threads have the same. Other versions may not know the bound by this name.
if (/^v2[24]\./.test(process.version)) setFlagsFromString('--invocation-count-for-turbofan=30000');

const abort = new AbortController();
// The first Ctrl-C ends the run in order, with what was found; the second ends the process.
process.once('SIGINT', () => abort.abort());
// Whoever reads the output may stop reading (`| head`).
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? 0);
  });
}

const { env } = process;
const terminal: Terminal = {
  out: text => void process.stdout.write(text),
  error: text => void process.stderr.write(text),
  colour: env['FORCE_COLOR']
    ? env['FORCE_COLOR'] !== '0'
    : process.stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  progress: process.stderr.isTTY && env['TERM'] !== 'dumb' && !env['CI'],
  workingDirectory: slashed(realpathSync(process.cwd())),
  signal: abort.signal,
};

run(process.argv.slice(2), COMMANDS, manifest.version, terminal).then(
  code => {
    // Not `process.exit`: output that is still being written would be lost.
    process.exitCode = code;
  },
  (error: unknown) => {
    terminal.error(`gilproof failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 3;
  },
);
