/** The core with the parser's files from disk: what the command line, its threads and the server work with. */
import { fileURLToPath } from 'node:url';
import type { Deadline } from '../syntax/parser.ts';
import { createWasmParser } from '../syntax/wasm.ts';
import type { Core } from '../workspace/core.ts';
import { createCore } from '../workspace/gilproof-core.ts';
import { wasmFiles } from './wasm-files.ts';

/** Milliseconds after which the parser gives up on one text; the report then says that it is incomplete. */
const LONGEST_READ = 10_000;
/** The same for one function or declaration, so that one bad one is given up and the rest is read. */
const LONGEST_ITEM = 2_000;

export async function loadCore(): Promise<Core> {
  const files = await wasmFiles(fileURLToPath(import.meta.url));
  const parser = await createWasmParser(files, { languages: ['c'] });
  return createCore({
    parser,
    deadline: () => inMilliseconds(LONGEST_READ),
    itemDeadline: () => inMilliseconds(LONGEST_ITEM),
  });
}

function inMilliseconds(time: number): Deadline {
  const end = performance.now() + time;
  return { passed: () => performance.now() > end };
}
