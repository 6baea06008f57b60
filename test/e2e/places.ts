/** Where end-to-end tests find and leave things. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { inCache, inRoot } from '../../scripts/paths.ts';

/** The extension-host suite as one file. */
export const SUITE = inCache('e2e', 'suite.cjs');

/** Pictures of what a person would have seen; to be looked at. */
export const SCREENSHOTS = inCache('screenshots');
mkdirSync(SCREENSHOTS, { recursive: true });

/** An empty directory of its own, gone after the test. */
export function temporary(name: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `gilproof-${name}-`));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A copy of the example that the test may change. */
export function copyOfExample(): string {
  const directory = path.join(temporary('example'), 'tallybook');
  cpSync(inRoot('examples', 'tallybook'), directory, { recursive: true });
  return directory;
}
