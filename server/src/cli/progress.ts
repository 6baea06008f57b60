/** One line on the terminal that tells how far a scan is, drawn over itself. */
import { relativePath } from '../workspace/paths.ts';
import type { Terminal } from './command.ts';

/** Characters of the line; longer paths lose their front. */
const WIDTH = 78;

/** Files between two drawings: a terminal is slower than the analysis of a small file. */
const EVERY = 5;

export interface Progress {
  step(file: string): void;
  clear(): void;
}

export function createProgress(terminal: Terminal, quiet: boolean): Progress {
  if (quiet || !terminal.progress) return { step: () => {}, clear: () => {} };
  let files = 0;
  let drawn = false;
  return {
    step(file) {
      files++;
      if (files % EVERY !== 1) return;
      const head = `${files} files  `;
      const path = relativePath(terminal.workingDirectory, file);
      const room = WIDTH - head.length;
      terminal.error(`\r\x1b[K${head}${path.length > room ? `…${path.slice(1 - room)}` : path}`);
      drawn = true;
    },
    clear() {
      if (drawn) terminal.error('\r\x1b[K');
      drawn = false;
    },
  };
}
