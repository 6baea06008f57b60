/** Texts of files: an editor's document wins over the disk; what was read from disk is kept until it is said to have changed. */
import type { Host, TextEdit } from './service.ts';

interface Document {
  text: string;
  /** Changes since the text was last taken, oldest first; null when they are not known any more. */
  edits: TextEdit[] | null;
}

export interface TakenText {
  readonly text: string;
  readonly edits: readonly TextEdit[] | null;
}

/** More pending edits than this and a text is read anew. */
const MOST_EDITS = 64;

export class Texts {
  readonly #host: Host;
  readonly #documents = new Map<string, Document>();
  readonly #disk = new Map<string, Promise<string | null>>();

  constructor(host: Host) {
    this.#host = host;
  }

  open(file: string, text: string): void {
    this.#documents.set(file, { text, edits: null });
  }

  /** Edits of one change, each in terms of the text that the one before it left. Ranges outside the text are cut to it. */
  edit(file: string, edits: readonly TextEdit[]): void {
    const document = this.#documents.get(file);
    if (!document) return;
    for (const edit of edits) {
      const start = Math.max(0, Math.min(edit.span.start, document.text.length));
      const end = Math.max(start, Math.min(edit.span.end, document.text.length));
      document.text = document.text.slice(0, start) + edit.text + document.text.slice(end);
      document.edits?.push({ span: { start, end }, text: edit.text });
    }
    if ((document.edits?.length ?? 0) > MOST_EDITS) document.edits = null;
  }

  close(file: string): void {
    this.#documents.delete(file);
    this.#disk.delete(file);
  }

  /** The file changed on disk. */
  changed(file: string): void {
    this.#disk.delete(file);
  }

  isOpen(file: string): boolean {
    return this.#documents.has(file);
  }

  async read(file: string): Promise<string | null> {
    const document = this.#documents.get(file);
    if (document) return document.text;
    let text = this.#disk.get(file);
    if (!text) {
      text = this.#host.readFile(file);
      this.#disk.set(file, text);
    }
    return text;
  }

  /** A document's text now, with the edits since it was taken last (null when they are not known); null for closed files. */
  take(file: string): TakenText | null {
    const document = this.#documents.get(file);
    if (!document) return null;
    const { text, edits } = document;
    document.edits = [];
    return { text, edits };
  }

  /** Texts of closed files are let go of (after a scan). */
  dropDisk(): void {
    this.#disk.clear();
  }
}
