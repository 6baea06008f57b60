/** The parser everywhere: web-tree-sitter with the grammars' own wasm. */
import { Parser as TreeSitter, Language as WasmGrammar } from 'web-tree-sitter';
import { DirectCursor, type Runtime, runtimeOf } from './direct-cursor.ts';
import { flatten, type Grammar, grammarOf } from './flatten.ts';
import type { Language } from './model.ts';
import type { Deadline, Flattened, Parser } from './parser.ts';

/** Every place that this runs in has it; the types of Node name its types only. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WebAssembly.Module };

/** Bytes of the wasm files; who calls knows where they are kept. */
export interface WasmFiles {
  /** `web-tree-sitter.wasm`: the runtime. */
  readonly runtime: Uint8Array;
  /** `tree-sitter-c.wasm`, `tree-sitter-cpp.wasm`. */
  grammar(language: Language): Uint8Array<ArrayBuffer>;
}

export interface WasmParserOptions {
  /** Languages to load now; others are when they are first met. */
  readonly languages: readonly Language[];
}

export interface WasmParser extends Parser {
  /** What the numbers in the trees mean; the native binding needs to be told. */
  readonly grammars: ReadonlyMap<Language, Grammar>;
}

/** The runtime, started once: its state belongs to the process. */
let started: Promise<Runtime | null> | null = null;

async function start(wasmBinary: Uint8Array): Promise<Runtime | null> {
  // The object that is given becomes the runtime's module.
  const module: object = { wasmBinary };
  await TreeSitter.init(module);
  return runtimeOf(module);
}

export async function createWasmParser(files: WasmFiles, options: WasmParserOptions): Promise<WasmParser> {
  const runtime = await (started ??= start(files.runtime));
  const parsers = new Map<Language, TreeSitter>();
  const grammars = new Map<Language, Grammar>();
  function load(language: Language): TreeSitter {
    const wasm = WasmGrammar.loadSync(new WebAssembly.Module(files.grammar(language)));
    const parser = new TreeSitter();
    parser.setLanguage(wasm);
    parsers.set(language, parser);
    grammars.set(
      language,
      grammarOf(wasm.types, id => wasm.nodeTypeIsNamed(id), wasm.fields),
    );
    return parser;
  }
  for (const language of options.languages) load(language);
  return {
    grammars,
    parse(language: Language, text: string, deadline: Deadline): readonly Flattened[] | null {
      const parser = parsers.get(language) ?? load(language);
      const tree = parser.parse(text, null, { progressCallback: () => deadline.passed() });
      if (tree === null) {
        // Else the next text would be read as the rest of this one.
        parser.reset();
        return null;
      }
      const cursor = runtime === null ? tree.walk() : new DirectCursor(runtime, tree);
      try {
        return flatten(cursor, grammars.get(language)!);
      } finally {
        cursor.delete();
        tree.delete();
      }
    },
    dispose(): void {
      for (const parser of parsers.values()) parser.delete();
      parsers.clear();
    },
  };
}
