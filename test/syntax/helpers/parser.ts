import { wasmFiles } from '../../../server/src/host/wasm-files.ts';
import type { Parser } from '../../../server/src/syntax/parser.ts';
import { createWasmParser } from '../../../server/src/syntax/wasm.ts';

let shared: Promise<Parser> | null = null;

/** One parser for all tests of a file: loading the grammars is what costs. */
export function wasmParser(): Promise<Parser> {
  shared ??= wasmFiles(import.meta.filename).then(files => createWasmParser(files, { languages: ['c', 'cpp'] }));
  return shared;
}
