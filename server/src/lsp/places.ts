/** Spans of any file as ranges of the protocol: open documents from memory, others from their text on disk. */
import type { Location, Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../program/model.ts';
import type { Documents } from './documents.ts';
import { uriOf } from './uris.ts';

/** Texts of closed files kept for their line starts; more than one scan of a large extension looks at together. */
const KEPT = 64;

export class Places {
  readonly #documents: Documents;
  readonly #readFile: (path: string) => Promise<string | null>;
  /** In order of use, oldest first. */
  readonly #closed = new Map<string, TextDocument>();

  constructor(documents: Documents, readFile: (path: string) => Promise<string | null>) {
    this.#documents = documents;
    this.#readFile = readFile;
  }

  /** Null when the file can't be read. */
  async text(file: string): Promise<TextDocument | null> {
    const open = this.#documents.get(file);
    if (open !== null) return open.text;
    const kept = this.#closed.get(file) ?? (await this.#read(file));
    if (kept === null) return null;
    this.#closed.delete(file);
    this.#closed.set(file, kept);
    for (const oldest of this.#closed.keys()) {
      if (this.#closed.size <= KEPT) break;
      this.#closed.delete(oldest);
    }
    return kept;
  }

  async location(file: string, span: Span): Promise<Location> {
    const uri = this.#documents.get(file)?.uri ?? uriOf(file);
    const text = await this.text(file);
    return { uri, range: text === null ? rangeAtStart() : rangeOf(text, span) };
  }

  /** The file changed on disk. */
  forget(file: string): void {
    this.#closed.delete(file);
  }

  async #read(file: string): Promise<TextDocument | null> {
    const text = await this.#readFile(file);
    return text === null ? null : TextDocument.create(uriOf(file), 'c', 0, text);
  }
}

export function rangeOf(text: TextDocument, span: Span): Range {
  return { start: text.positionAt(span.start), end: text.positionAt(span.end) };
}

function rangeAtStart(): Range {
  return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
}
