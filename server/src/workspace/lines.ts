/** Offsets to lines and columns and back. Zero-based here; whoever shows them adds one. */

export interface Position {
  readonly line: number;
  /** UTF-16 code units from the line's start. */
  readonly column: number;
}

export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    // Most texts have no CR: finding line feeds is much faster than looking at each character.
    if (!text.includes('\r')) {
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#starts.push(i + 1);
      return;
    }
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      // A lone CR ends a line too, as it does for editors; CRLF ends one line, not two.
      if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) this.#starts.push(i + 1);
    }
  }

  get count(): number {
    return this.#starts.length;
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (this.#starts[low] ?? 0) };
  }

  /** Where a line starts; the end of the text for lines behind it. */
  start(line: number): number {
    return line < 0 ? 0 : (this.#starts[line] ?? this.#text.length);
  }

  /** A line without its line break. */
  text(line: number): string {
    return this.#text.slice(this.start(line), this.start(line + 1)).replace(/[\r\n]+$/, '');
  }
}

/** Texts whose lines were asked for last: a report asks for each of its places anew, in its own text and a few others. */
const RECENT: { readonly text: string; readonly lines: LineIndex }[] = [];
const MOST_RECENT = 4;

export function linesOf(text: string): LineIndex {
  const at = RECENT.findIndex(one => one.text === text);
  const known = at < 0 ? { text, lines: new LineIndex(text) } : RECENT.splice(at, 1)[0]!;
  RECENT.unshift(known);
  RECENT.length = Math.min(RECENT.length, MOST_RECENT);
  return known.lines;
}
