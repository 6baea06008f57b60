/** Finds the parsers' wasm files on disk: beside the bundle (`dist/`), else in the packages that bring them. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Language } from '../syntax/model.ts';
import type { WasmFiles } from '../syntax/wasm.ts';

const PACKAGED = {
  runtime: 'web-tree-sitter/web-tree-sitter.wasm',
  c: 'tree-sitter-c/tree-sitter-c.wasm',
  cpp: 'tree-sitter-cpp/tree-sitter-cpp.wasm',
} as const;

/** `here`: the path of the running script (`__filename` of a bundle, or a file inside the repository). */
export async function wasmFiles(here: string): Promise<WasmFiles> {
  const locate = (name: keyof typeof PACKAGED): string => {
    const packaged = PACKAGED[name];
    const beside = join(dirname(here), packaged.slice(packaged.indexOf('/') + 1));
    return existsSync(beside) ? beside : createRequire(here).resolve(packaged);
  };
  return {
    runtime: await readFile(locate('runtime')),
    grammar: (language: Language) => new Uint8Array(readFileSync(locate(language))),
  };
}
