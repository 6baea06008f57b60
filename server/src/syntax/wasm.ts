/** The parser everywhere: web-tree-sitter with the grammars' own wasm. */
import { Language as Grammar, Parser as TreeSitter } from 'web-tree-sitter';
import { flatten, grammarOf, type Grammar as Names } from './flatten.ts';
import type { Language } from './model.ts';
import type { Deadline, Flattened, Parser } from './parser.ts';

/** Bytes of the three wasm files that are needed; who calls knows where they are kept. */
export interface WasmFiles {
  /** `web-tree-sitter.wasm`: the runtime. */
  readonly runtime: Uint8Array;
  /** `tree-sitter-c.wasm`, `tree-sitter-cpp.wasm`. */
  grammar(language: Language): Promise<Uint8Array>;
}

export interface WasmParserOptions {
  /** Languages to load now; others can't be parsed. */
  readonly languages: readonly Language[];
}

export async function createWasmParser(files: WasmFiles, options: WasmParserOptions): Promise<Parser> {
  await TreeSitter.init({ wasmBinary: files.runtime });
  const loaded = new Map<Language, { parser: TreeSitter; names: Names }>();
  for (const language of options.languages) {
    const grammar = await Grammar.load(await files.grammar(language));
    const parser = new TreeSitter();
    parser.setLanguage(grammar);
    const names = grammarOf(grammar.types, id => grammar.nodeTypeIsNamed(id), grammar.fields);
    loaded.set(language, { parser, names });
  }
  return {
    parse(language: Language, text: string, deadline: Deadline): readonly Flattened[] | null {
      const own = loaded.get(language);
      if (own === undefined) throw new Error(`The grammar for ${language} was not loaded.`);
      const tree = own.parser.parse(text, null, { progressCallback: () => deadline.passed() });
      if (tree === null) {
        own.parser.reset();
        return null;
      }
      const cursor = tree.walk();
      try {
        return flatten(cursor, own.names);
      } finally {
        cursor.delete();
        tree.delete();
      }
    },
    dispose(): void {
      for (const { parser } of loaded.values()) parser.delete();
      loaded.clear();
    },
  };
}
