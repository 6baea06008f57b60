/**
 * `npm run check`: what one runs while working. Types, format, lint and the quick unit tests, side by side, each quiet when it
 * has nothing to say. Tests of the protocol and of the grammar, and those named `*.slow.test.ts` (random input, the big counts,
 * every fix, every race), wait for `npm test`.
 */
import { spawn } from 'node:child_process';
import { inCache, inRoot, root } from './paths.ts';

const later = ['**/*.slow.test.ts', 'test/protocol/**', 'test/grammar/**'];

const checks: readonly (readonly string[])[] = [
  ['vitest', 'run', ...later.map(files => `--exclude=${files}`), '--reporter=dot', '--no-color'],
  ['oxlint', '--type-aware', '--deny-warnings'],
  // Only what changed since the last check is looked at again.
  ['tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', inCache('types.tsbuildinfo')],
  ['tsc', '--noEmit', '-p', 'test/webview', '--incremental', '--tsBuildInfoFile', inCache('webview.tsbuildinfo')],
  ['biome', 'check', '--error-on-warnings', '.'],
];

const started = performance.now();
const results = await Promise.all(checks.map(run));
const failed = results.filter(result => result.code !== 0);
for (const { command, output } of failed) console.error(`\n── ${command}\n${output}`);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${results.length - failed.length} of ${results.length} checks passed (${seconds} s)`);
process.exitCode = failed.length === 0 ? 0 : 1;

function run([tool = '', ...args]: readonly string[]): Promise<{ command: string; code: number; output: string }> {
  return new Promise(resolve => {
    const child = spawn(inRoot('node_modules', '.bin', tool), args, { cwd: root });
    let output = '';
    const collect = (text: Buffer): void => {
      output += text.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const command = [tool, ...args].join(' ');
    child.on('error', error => resolve({ command, code: 1, output: error.message }));
    child.on('close', code => resolve({ command, code: code ?? 1, output }));
  });
}
