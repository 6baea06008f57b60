/**
 * Every test of the project, one stage after the other, and one line at the end: `N passed, M failed`.
 * A stage that can't start counts as one failure: nothing is skipped in silence.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { ensureHeaders } from './headers.ts';
import { inCache, inRoot, root } from './paths.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Stage {
  readonly name: string;
  run(): Counts;
}

const reports = inCache('reports');
mkdirSync(reports, { recursive: true });

const bin = (name: string): string => inRoot('node_modules', '.bin', name);

const stages: readonly Stage[] = [
  { name: 'types', run: () => command(bin('tsc'), '--noEmit') },
  { name: 'types of the race view', run: () => command(bin('tsc'), '--noEmit', '-p', 'test/webview') },
  { name: 'format', run: () => command(bin('biome'), 'check', '--error-on-warnings', '.') },
  { name: 'lint', run: () => command(bin('oxlint'), '--type-aware', '--deny-warnings') },
  // What the unit tests that compile C need; they skip themselves without it, so its absence is a failure here.
  { name: 'Python headers', run: () => (ensureHeaders() ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }) },
  { name: 'unit, protocol, grammar', run: () => vitest('unit') },
  { name: 'race view in Chromium', run: () => vitest('webview', '--config', 'vitest.webview.config.ts') },
  { name: 'VS Code, end to end', run: () => vitest('e2e', '--config', 'vitest.e2e.config.ts') },
];

let passed = 0;
let failed = 0;
for (const stage of stages) {
  console.log(`\n── ${stage.name}`);
  const started = performance.now();
  const counts = stage.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${stage.name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  passed += counts.passed;
  failed += counts.failed;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A tool that says yes or no is one test. */
function command(executable: string, ...args: string[]): Counts {
  const run = spawnSync(executable, args, { cwd: root, stdio: 'inherit' });
  return run.status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Runs a vitest configuration and takes the counts from its JSON report. */
function vitest(name: string, ...args: string[]): Counts {
  const report = inCache('reports', `${name}.json`);
  rmSync(report, { force: true });
  const run = spawnSync(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { cwd: root, stdio: 'inherit' },
  );
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const result = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number; numFailedTests: number };
  // A file that can't be loaded, or an error outside any test, fails the run without failing a test.
  const failures = run.status === 0 ? result.numFailedTests : Math.max(1, result.numFailedTests);
  return { passed: result.numPassedTests, failed: failures };
}
