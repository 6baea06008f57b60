/** `FILE:LINE[:COLUMN]` on the command line. */
import { absolute } from '../host/node-host.ts';
import { LineIndex } from '../workspace/lines.ts';
import type { Host } from '../workspace/service.ts';
import { UsageError } from './command.ts';

export interface Place {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly lines: LineIndex;
  /** Zero-based. */
  readonly line: number;
  /** Of the column, or of the first thing that stands in the line. */
  readonly offset: number;
}

/** Null: it does not look like a place. Throws a `UsageError` for a place that is not there. */
export async function readPlace(operand: string, workingDirectory: string, host: Host): Promise<Place | null> {
  const match = /^(.+?):(\d+)(?::(\d+))?$/.exec(operand);
  if (!match) return null;
  const [, path = '', line = '', column] = match;
  const file = absolute(workingDirectory, path);
  const text = await host.readFile(file);
  if (text === null) throw new UsageError(`Can't read ${path}.`);
  const lines = new LineIndex(text);
  const at = Number(line) - 1;
  if (at < 0 || at >= lines.count) throw new UsageError(`${path} has ${lines.count} lines.`);
  const written = lines.text(at);
  const from = column === undefined ? written.search(/\S|$/) : Number(column) - 1;
  return { file, text, lines, line: at, offset: lines.start(at) + Math.max(0, Math.min(from, written.length)) };
}
