import type { SourceRange } from '../machine/program.ts';
import type { SourceText } from '../playback.ts';

/** The text that a program's steps point into. Lines are found by what stands in them, so that texts can be edited. */
export class Source {
  readonly text: SourceText;
  private readonly index: number;

  constructor(index: number, name: string, text: string) {
    this.index = index;
    this.text = { name, firstLine: 0, lines: text.replace(/^\n/, '').trimEnd().split('\n') };
  }

  /** The one line that contains `snippet`; `nth` (from 1) where several do. @throws Error when there is none. */
  at(snippet: string, nth = 0): SourceRange {
    const lines = this.text.lines.flatMap((line, i) => (line.includes(snippet) ? [i] : []));
    if (lines.length === 0 || lines.length < nth || (nth === 0 && lines.length > 1)) {
      throw new Error(`${lines.length} lines of ${this.text.name} contain "${snippet}"`);
    }
    const line = lines[Math.max(nth - 1, 0)]!;
    const column = this.text.lines[line]!.indexOf(snippet);
    return { source: this.index, line, endLine: line, column, endColumn: column + snippet.length };
  }

  /** The line's text, for labels. */
  words(range: SourceRange): string {
    return this.text.lines[range.line]!.trim();
  }
}
