/** Collects edits of one text and hands them out sorted, or says that two of them want the same place. */
import type { Span } from '../program/model.ts';
import type { TextEdit } from '../workspace/service.ts';
import { CannotFix } from './model.ts';

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly order: number;
}

export class Edits {
  readonly #text: string;
  readonly #changes: Change[] = [];

  /** `text`: the whole file. All offsets are absolute. */
  constructor(text: string) {
    this.#text = text;
  }

  insert(at: number, text: string): void {
    this.#changes.push({ start: at, end: at, text, order: this.#changes.length });
  }

  replace(span: Span, text: string): void {
    this.#changes.push({ ...span, text, order: this.#changes.length });
  }

  /** A statement on a line of its own before what begins at `at`. Throws `CannotFix` where the line does not begin a statement. */
  lineBefore(at: number, ...lines: readonly string[]): void {
    const indent = this.indentAt(at);
    const lineStart = this.#text.lastIndexOf('\n', at - 1) + 1;
    const before = this.#text.slice(lineStart, at).trim();
    // A macro without a semicolon may have taken the beginning of the statement for its arguments.
    if (!/(?:^|[{};:]|\*\/)$/.test(before)) throw new CannotFix('Something else stands on the line.');
    // `if (x) { goto error; }`: one line stays one line.
    const separator = before === '' ? `\n${indent}` : ' ';
    this.insert(at, lines.map(line => line + separator).join(''));
  }

  /** Lines behind what ends at `at`, and behind a comment on the same line. `like`: what they are indented as. */
  lineAfter(at: number, like: number, ...lines: readonly string[]): void {
    const indent = this.indentAt(like);
    this.insert(this.behindComment(at), lines.map(line => `\n${indent}${line}`).join(''));
  }

  /** The lines of the span one step further in; directives stay where they are, and what is taken out stays out. */
  indent({ start, end }: Span, unit: string): void {
    for (let at = start; at >= 0 && at < end; at = this.#text.indexOf('\n', at) + 1 || end) {
      const line = this.#text.slice(at, this.#text.indexOf('\n', at));
      const goes = this.#changes.some(change => change.start === at && change.end > at && change.text === '');
      if (!goes && line.trim() !== '' && !/^\s*#/.test(line)) this.insert(at, unit);
    }
  }

  /** Removes a statement, and its line when nothing else is on it. */
  removeLine(span: Span): void {
    const lineStart = this.#text.lastIndexOf('\n', span.start - 1) + 1;
    const lineEnd = this.#text.indexOf('\n', span.end);
    const alone =
      this.#text.slice(lineStart, span.start).trim() === '' &&
      lineEnd >= 0 &&
      this.#text.slice(span.end, lineEnd).trim() === '';
    this.replace(alone ? { start: lineStart, end: lineEnd + 1 } : span, '');
  }

  /** White space at the start of the line. */
  indentAt(offset: number): string {
    const start = this.#text.lastIndexOf('\n', offset - 1) + 1;
    return /^[ \t]*/.exec(this.#text.slice(start, offset))?.[0] ?? '';
  }

  behindComment(at: number): number {
    const lineEnd = this.#text.indexOf('\n', at);
    const rest = this.#text.slice(at, lineEnd < 0 ? this.#text.length : lineEnd);
    const comment = /^[ \t]*(?:\/\*(?:(?!\*\/).)*\*\/|\/\/.*?)[ \t\r]*$/.exec(rest);
    return comment === null ? at : at + comment[0].trimEnd().length;
  }

  /** Line breaks as the file has them. Throws `CannotFix` when two changes overlap. */
  build(): TextEdit[] {
    const sorted = [...this.#changes].sort(
      (a, b) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start) || a.order - b.order,
    );
    const out: { start: number; end: number; text: string }[] = [];
    for (const { start, end, text } of sorted) {
      const last = out.at(-1);
      if (last !== undefined && last.end > start) throw new CannotFix('Two changes of the same place are needed.');
      if (last !== undefined && last.end === start && (last.start === last.end || start === end)) {
        last.end = end;
        last.text += text;
      } else out.push({ start, end, text });
    }
    const returns = this.#text.includes('\r\n');
    return out.map(({ start, end, text }) => ({
      span: { start, end },
      text: returns ? text.replace(/\r?\n/g, '\r\n') : text,
    }));
  }
}

/** The text with sorted edits applied. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return out + text.slice(at);
}
