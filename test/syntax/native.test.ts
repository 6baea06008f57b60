import { describe, expect, test } from 'vitest';
import { nativeModules } from '../../server/src/host/native-modules.ts';
import type { FlatTree } from '../../server/src/syntax/model.ts';
import { createNativeParser } from '../../server/src/syntax/native.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from './helpers/parser.ts';
import { samples } from './helpers/samples.ts';

const modules = nativeModules(import.meta.filename);
const HAS_ERROR = 8;

/** All arrays of a tree. */
function content({ kind, field, startOffset, endOffset, parent, firstChild, nextSibling, flags }: FlatTree): unknown {
  return { kind, field, startOffset, endOffset, parent, firstChild, nextSibling, flags };
}

describe.skipIf(modules === null)('the native parser', () => {
  test.each(samples)('gives the same trees as the wasm: $name', async sample => {
    const wasm = await wasmParser();
    const native = createNativeParser(modules!, wasm.grammars);
    const ours = createReader(wasm).read(sample.name, sample.text, sample);
    const theirs = createReader(native).read(sample.name, sample.text, sample);
    expect(theirs.items.length).toBe(ours.items.length);
    for (const [index, item] of ours.items.entries()) {
      const other = theirs.items[index]!;
      // How errors are recovered from is not promised.
      if ((item.tree.flags[0]! & HAS_ERROR) !== 0) continue;
      expect(other.start).toBe(item.start);
      expect(content(other.tree)).toEqual(content(item.tree));
    }
  });

  test('says when its time is up', async () => {
    const native = createNativeParser(modules!, (await wasmParser()).grammars);
    expect(native.parse('c', 'int f(void) { return 1; }\n'.repeat(20_000), { passed: () => true })).toBeNull();
    expect(native.parse('c', 'int x;', { passed: () => false })).toHaveLength(1);
  });
});
