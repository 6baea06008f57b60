import { wasmFiles } from '../../../server/src/host/wasm-files.ts';
import { createWasmParser, type WasmParser } from '../../../server/src/syntax/wasm.ts';

let shared: Promise<WasmParser> | null = null;

/** One parser for all tests of a file: loading the grammars is what costs. */
export function wasmParser(): Promise<WasmParser> {
  shared ??= wasmFiles(import.meta.filename).then(files => createWasmParser(files, { languages: ['c', 'cpp'] }));
  return shared;
}
