/**
 * The parser in batch work, where its binding loads: node's native tree-sitter. It gives the same trees as the wasm and is an
 * optional dependency, so its modules are handed in. Its trees are freed by the garbage collector only, which does not see
 * their size: not for processes that live long.
 */
import { type Cursor, flatten, type Grammar } from './flatten.ts';
import type { Language } from './model.ts';
import type { Deadline, Flattened, Parser } from './parser.ts';

interface NativeTree {
  walk(): Cursor;
}

interface NativeParser {
  setLanguage(language: object): unknown;
  parse(
    text: string,
    old: null,
    options: { readonly bufferSize: number; readonly progressCallback: () => boolean },
  ): NativeTree | null;
  reset(): void;
}

export interface NativeModules {
  /** The default export of `tree-sitter`. */
  readonly Parser: new () => NativeParser;
  /** The default exports of `tree-sitter-c` and `tree-sitter-cpp`. */
  readonly languages: ReadonlyMap<Language, object>;
}

/** `grammars`: names of the symbols, which the binding doesn't tell (see `WasmParser.grammars`). */
export function createNativeParser(modules: NativeModules, grammars: ReadonlyMap<Language, Grammar>): Parser {
  const parsers = new Map<Language, NativeParser>();
  for (const [language, grammar] of modules.languages) {
    const parser = new modules.Parser();
    parser.setLanguage(grammar);
    parsers.set(language, parser);
  }
  return {
    parse(language: Language, text: string, deadline: Deadline): readonly Flattened[] | null {
      const parser = parsers.get(language);
      const grammar = grammars.get(language);
      if (parser === undefined || grammar === undefined) throw new Error(`The grammar for ${language} was not loaded.`);
      // The binding refuses texts longer than its buffer.
      const tree = parser.parse(text, null, {
        bufferSize: text.length * 2 + 2,
        progressCallback: () => deadline.passed(),
      });
      if (tree === null) {
        parser.reset();
        return null;
      }
      return flatten(tree.walk(), grammar);
    },
    dispose(): void {
      parsers.clear();
    },
  };
}
