/** Where end-to-end tests find and leave things. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inCache, inRoot } from '../../scripts/paths.ts';

/** The extension-host suite as one file. */
export const SUITE = inCache('e2e', 'suite.cjs');

/** Pictures of what a person would have seen; to be looked at. */
export const SCREENSHOTS = inCache('screenshots');
mkdirSync(SCREENSHOTS, { recursive: true });

export interface Example {
  /** Temporary; the folder and the editor's data are in it. */
  readonly directory: string;
  /** A copy of `examples/tallybook` that the test may change. */
  readonly folder: string;
  remove(): void;
}

export function exampleFor(name: string): Example {
  const directory = mkdtempSync(path.join(tmpdir(), `gilproof-${name}-`));
  const folder = path.join(directory, 'tallybook');
  cpSync(inRoot('examples', 'tallybook'), folder, { recursive: true });
  return { directory, folder, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
