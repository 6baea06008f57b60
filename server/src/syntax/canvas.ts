/**
 * A text that can be painted over but neither grows nor loses a line break: whatever a pass of the lens does, offsets and
 * lines stay where they are, because there is no operation that could move them.
 */
export class Canvas {
  readonly #text: string;
  /** Made with the first change: most items need none. */
  #painted: Units | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  get #units(): Units {
    return (this.#painted ??= unitsOf(this.#text));
  }

  /** Code unit at an offset; 0 outside the text. */
  at(offset: number): number {
    if (this.#painted !== null) return this.#painted[offset] ?? 0;
    return offset >= 0 && offset < this.#text.length ? this.#text.charCodeAt(offset) : 0;
  }

  /** Overwrites with spaces; line breaks stay. */
  blank(start: number, end: number): void {
    const units = this.#units;
    for (let i = start; i < end; i++) {
      const unit = units[i];
      if (unit !== 10 && unit !== 13) units[i] = 32;
    }
  }

  /** Writes at most `text.length` units from `start`, leaving line breaks alone. */
  put(start: number, text: string): void {
    const units = this.#units;
    const end = Math.min(start + text.length, units.length);
    for (let i = start; i < end; i++) {
      const unit = units[i];
      if (unit !== 10 && unit !== 13) units[i] = text.charCodeAt(i - start);
    }
  }

  /** Writes `text` over a range and blanks what is left of it. The range must be at least as long as the text. */
  replace(start: number, end: number, text: string): void {
    this.blank(start, end);
    this.put(start, text);
  }

  /** First blank that is not a line break in a range, or -1: the place where a `;` or `,` may go. */
  room(start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const unit = this.at(i);
      if (unit === 32 || unit === 9) return i;
    }
    return -1;
  }

  toString(): string {
    const painted = this.#painted;
    if (painted === null) return this.#text;
    return painted instanceof Uint8Array ? ascii.decode(painted) : utf16.decode(painted);
  }
}

type Units = Uint8Array | Uint16Array;

/** A byte each where the text is ASCII: strings made of them take half the memory, and look-ups of their words half the time. */
function unitsOf(text: string): Units {
  const bytes = encoder.encode(text);
  if (bytes.length === text.length) return bytes;
  const units = new Uint16Array(text.length);
  for (let i = 0; i < units.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

const encoder = new TextEncoder();
const ascii = new TextDecoder('utf-8', { ignoreBOM: true });
const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true });
