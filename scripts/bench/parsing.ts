/** The floor: how long the native parser alone needs for the same texts, and for one of them again after an edit. */
import { createRequire } from 'node:module';
import { middleIdentifier } from './editing.ts';

interface Tree {
  edit(edit: object): void;
}
interface NativeParser {
  setLanguage(language: object): void;
  parse(text: string, old: Tree | null, options: { bufferSize: number }): Tree;
}

/** Milliseconds: by the clock, and of the processor. Other work on the machine slows the former down, the latter hardly. */
export interface Cost {
  readonly elapsed: number;
  readonly processor: number;
}

function costOf(work: () => void): Cost {
  const start = performance.now();
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return { elapsed: performance.now() - start, processor: (user + system) / 1000 };
}

export class Floor {
  readonly #parser: NativeParser;

  private constructor(parser: NativeParser) {
    this.#parser = parser;
  }

  /** Null where the native parser does not load. */
  static load(): Floor | null {
    const load = createRequire(import.meta.url);
    try {
      const Parser = load('tree-sitter') as new () => NativeParser;
      const parser = new Parser();
      parser.setLanguage(load('tree-sitter-c') as object);
      return new Floor(parser);
    } catch {
      return null;
    }
  }

  /** What parsing each text once takes. */
  parseAll(texts: readonly string[]): Cost {
    return costOf(() => {
      for (const text of texts) this.#parse(text, null);
    });
  }

  /** Milliseconds of each incremental parse after a character was typed or deleted in the middle of the text. */
  reparse(text: string, edits: number): number[] {
    const { offset } = middleIdentifier(text);
    const longer = `${text.slice(0, offset)}x${text.slice(offset)}`;
    const position = { row: 0, column: 0 };
    let tree = this.#parse(text, null);
    return Array.from({ length: edits }, (_, index) => {
      const insert = index % 2 === 0;
      const start = performance.now();
      tree.edit({
        startIndex: offset,
        oldEndIndex: insert ? offset : offset + 1,
        newEndIndex: insert ? offset + 1 : offset,
        startPosition: position,
        oldEndPosition: position,
        newEndPosition: position,
      });
      tree = this.#parse(insert ? longer : text, tree);
      return performance.now() - start;
    });
  }

  #parse(text: string, old: Tree | null): Tree {
    return this.#parser.parse(text, old, { bufferSize: text.length * 2 + 1024 });
  }
}
