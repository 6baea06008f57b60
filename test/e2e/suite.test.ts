/** The extension-host suite, in the workbench and through `@vscode/test-electron`; each of its cases is a test here. */
import path from 'node:path';
import { Writable } from 'node:stream';
import { runTests } from '@vscode/test-electron';
import { describe, expect, test } from 'vitest';
import { runSuite } from '../../scripts/editor/driver.ts';
import { inRoot, root } from '../../scripts/paths.ts';
import { exampleFor, SUITE } from './places.ts';
import { FAILED, PASSED } from './suite/runner.ts';

interface Outcome {
  readonly name: string;
  /** Null when it passed. */
  readonly failure: string | null;
}

interface Run {
  readonly outcomes: readonly Outcome[];
  readonly code: number;
}

/** VS Code of a desktop, where there is one; else the launcher that puts the workbench in its place. */
const EXECUTABLE = process.env['VSCODE_EXECUTABLE'] ?? inRoot('scripts', 'editor', 'launcher.mjs');

const RUNS: Record<string, (folder: string, data: string) => Promise<Run>> = {
  async 'in the workbench'(folder, dataDirectory) {
    let log = '';
    const options = { dataDirectory, folder, extensionDevelopmentPath: root, extensionTestsPath: SUITE };
    const code = await runSuite(options, line => {
      log += `${line}\n`;
    });
    return { outcomes: read(log), code };
  },
  async 'through @vscode/test-electron'(folder) {
    let log = '';
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        log += String(chunk);
        done();
      },
    });
    const code = await runTests({
      vscodeExecutablePath: EXECUTABLE,
      extensionDevelopmentPath: root,
      extensionTestsPath: SUITE,
      launchArgs: [folder],
      stdout,
      stderr: stdout,
    }).catch(() => 1);
    return { outcomes: read(log), code };
  },
};

function read(log: string): Outcome[] {
  const marker = new RegExp(`(${PASSED}|${FAILED}) `);
  const parts = log.split(marker).slice(1);
  const outcomes: Outcome[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [name = '', ...detail] = (parts[i + 1] ?? '').trim().split('\n');
    outcomes.push({ name, failure: parts[i] === PASSED ? null : detail.join('\n') });
  }
  return outcomes;
}

for (const [where, run] of Object.entries(RUNS)) {
  const example = exampleFor('suite');
  // Run once, before the tests are known: the cases are named by the suite itself.
  const { outcomes, code } = await run(example.folder, path.join(example.directory, 'data'));
  example.remove();

  describe(where, () => {
    test.each(outcomes)('$name', ({ failure }) => {
      expect(failure).toBeNull();
    });
    test('the suite ran, and its exit code says whether all passed', () => {
      expect(outcomes.length).toBeGreaterThan(0);
      expect(code === 0).toBe(outcomes.every(outcome => outcome.failure === null));
    });
  });
}
