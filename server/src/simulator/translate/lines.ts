/** Offsets of the user's files as lines and columns of what the player lists. */
import type { Span } from '../../program/model.ts';
import type { SourceRange } from '../machine/program.ts';
import type { Names } from './model.ts';

export class Lines {
  readonly #names: Names;
  readonly #starts = new Map<string, readonly number[]>();

  constructor(names: Names) {
    this.#names = names;
  }

  of(file: string): readonly string[] {
    return (this.#names.text(file) ?? '').split('\n').map(line => line.replace(/\r$/, ''));
  }

  /** Zero-based. */
  lineOf(file: string, offset: number): number {
    const starts = this.#startsOf(file);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** `first`: the line of the file that the listing begins with. */
  range(file: string, span: Span, source: number, first: number): SourceRange {
    const starts = this.#startsOf(file);
    const line = this.lineOf(file, span.start);
    const endLine = this.lineOf(file, Math.max(span.start, span.end - 1));
    return {
      source,
      line: line - first,
      endLine: endLine - first,
      column: span.start - (starts[line] ?? 0),
      endColumn: span.end - (starts[endLine] ?? 0),
    };
  }

  #startsOf(file: string): readonly number[] {
    const known = this.#starts.get(file);
    if (known !== undefined) return known;
    const text = this.#names.text(file) ?? '';
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts.set(file, starts);
    return starts;
  }
}
