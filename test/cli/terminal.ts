/** A terminal that keeps what is written to it. */
import type { Terminal } from '../../server/src/cli/command.ts';

export interface TestTerminal extends Terminal {
  written(): string;
  complained(): string;
}

export function testTerminal(overrides: Partial<Terminal> = {}): TestTerminal {
  const out: string[] = [];
  const error: string[] = [];
  return {
    out: text => void out.push(text),
    error: text => void error.push(text),
    colour: false,
    progress: false,
    workingDirectory: '/p',
    signal: new AbortController().signal,
    ...overrides,
    written: () => out.join(''),
    complained: () => error.join(''),
  };
}
