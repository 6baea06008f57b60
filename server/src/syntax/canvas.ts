/**
 * A text that can be painted over but neither grows nor loses a line break: whatever a pass of the lens does, offsets and
 * lines stay where they are, because there is no operation that could move them.
 */
export class Canvas {
  readonly #units: Uint16Array;

  constructor(text: string) {
    const units = new Uint16Array(text.length);
    for (let i = 0; i < units.length; i++) units[i] = text.charCodeAt(i);
    this.#units = units;
  }

  /** Code unit at an offset; 0 outside the text. */
  at(offset: number): number {
    return this.#units[offset] ?? 0;
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
    const units = this.#units;
    for (let i = start; i < end; i++) {
      const unit = units[i];
      if (unit === 32 || unit === 9) return i;
    }
    return -1;
  }

  toString(): string {
    return decoder.decode(this.#units);
  }
}

const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
