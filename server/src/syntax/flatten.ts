/** Copies tree-sitter's trees into flat arrays by one walk of a cursor: the same code for both bindings, no recursion. */
import type { FlatTree } from './model.ts';
import type { Flattened } from './parser.ts';

/** What both bindings' cursors offer. */
export interface Cursor {
  readonly nodeTypeId: number;
  readonly currentFieldId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly nodeIsMissing: boolean;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

export const Flag = { named: 1, error: 2, missing: 4, hasError: 8 } as const;

/** tree-sitter's symbol number of ERROR nodes, and ours: the one behind the grammar's own. */
const ERROR_SYMBOL = 0xffff;

export interface Grammar {
  /** Symbol names; the last one is `ERROR`. */
  readonly kinds: readonly string[];
  /** Which of them are named nodes. */
  readonly named: Uint8Array;
  /** Field names; 0 is no field. */
  readonly fields: readonly string[];
  /** The first number of each visible symbol name: some have several, which mean the same. */
  readonly canonical: Uint16Array;
}

export function grammarOf(
  types: readonly string[],
  isNamed: (id: number) => boolean,
  fieldNames: readonly (string | null)[],
): Grammar {
  const kinds = [...types, 'ERROR'];
  const named = new Uint8Array(kinds.length);
  const canonical = new Uint16Array(kinds.length);
  const seen = new Map<string, number>();
  for (let id = 0; id < kinds.length; id++) {
    named[id] = id === types.length || isNamed(id) ? 1 : 0;
    const key = `${named[id]}${kinds[id]}`;
    canonical[id] = seen.get(key) ?? id;
    if (!seen.has(key)) seen.set(key, id);
  }
  return { kinds, named, canonical, fields: fieldNames.map(name => name ?? '') };
}

class Arrays {
  kind = new Uint16Array(256);
  field = new Uint8Array(256);
  start = new Uint32Array(256);
  end = new Uint32Array(256);
  parent = new Int32Array(256);
  firstChild = new Int32Array(256);
  nextSibling = new Int32Array(256);
  flags = new Uint8Array(256);

  grow(): void {
    const size = this.kind.length * 2;
    this.kind = copy(this.kind, new Uint16Array(size));
    this.field = copy(this.field, new Uint8Array(size));
    this.start = copy(this.start, new Uint32Array(size));
    this.end = copy(this.end, new Uint32Array(size));
    this.parent = copy(this.parent, new Int32Array(size));
    this.firstChild = copy(this.firstChild, new Int32Array(size));
    this.nextSibling = copy(this.nextSibling, new Int32Array(size));
    this.flags = copy(this.flags, new Uint8Array(size));
  }
}

function copy<T extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Scratch space, used again for each item: a walk never nests. */
const scratch = new Arrays();

/** The trees of the children of the cursor's node (a whole file), or that node itself when it is an ERROR. */
export function flatten(cursor: Cursor, grammar: Grammar): Flattened[] {
  const out: Flattened[] = [];
  if (cursor.nodeTypeId === ERROR_SYMBOL) return [flattenNode(cursor, grammar)];
  if (!cursor.gotoFirstChild()) return out;
  do {
    const flat = flattenNode(cursor, grammar);
    // The `;` behind `struct x { … };` is a node of its own.
    if ((flat.tree.flags[0]! & Flag.named) !== 0) out.push(flat);
  } while (cursor.gotoNextSibling());
  return out;
}

/** Copies the subtree at the cursor, and leaves the cursor there. */
function flattenNode(cursor: Cursor, grammar: Grammar): Flattened {
  const base = cursor.startIndex;
  const length = cursor.endIndex - base;
  const { named, canonical } = grammar;
  const errorKind = grammar.kinds.length - 1;
  let count = 0;
  let depth = 0;
  let parent = -1;
  let previous = -1;
  for (;;) {
    if (count === scratch.kind.length) scratch.grow();
    const node = count++;
    const type = cursor.nodeTypeId;
    const kind = type === ERROR_SYMBOL ? errorKind : canonical[type]!;
    const start = cursor.startIndex;
    const end = cursor.endIndex;
    let flags = named[kind]!;
    if (type === ERROR_SYMBOL) flags |= Flag.error;
    else if (start === end && cursor.nodeIsMissing) flags |= Flag.missing;
    scratch.kind[node] = kind;
    scratch.field[node] = node === 0 ? 0 : cursor.currentFieldId;
    scratch.start[node] = start - base;
    scratch.end[node] = end - base;
    scratch.parent[node] = parent;
    scratch.firstChild[node] = -1;
    scratch.nextSibling[node] = -1;
    scratch.flags[node] = flags;
    if (previous >= 0) scratch.nextSibling[previous] = node;
    else if (parent >= 0) scratch.firstChild[parent] = node;
    if (cursor.gotoFirstChild()) {
      depth++;
      parent = node;
      previous = -1;
      continue;
    }
    previous = node;
    while (depth > 0 && !cursor.gotoNextSibling()) {
      cursor.gotoParent();
      depth--;
      previous = parent;
      parent = scratch.parent[parent]!;
    }
    if (depth === 0) break;
  }
  spreadErrors(count);
  return { start: base, tree: compact(base, length, count, grammar) };
}

/** Trees whose numbers all fit take half the memory: that is all but those of the longest items. */
const NARROW = { longest: 0x10000, most: 0x8000, bytes: 2, Offsets: Uint16Array, Links: Int16Array };
const WIDE = { bytes: 4, Offsets: Uint32Array, Links: Int32Array };

/** All arrays of a tree in one piece of memory: there are as many trees as items, and a buffer costs more than a small array. */
function compact(start: number, length: number, count: number, { kinds, fields }: Grammar): FlatTree {
  const { bytes, Offsets, Links } = length < NARROW.longest && count < NARROW.most ? NARROW : WIDE;
  const memory = new ArrayBuffer(count * (5 * bytes + 2 + 1 + 1));
  // The widest first, so that each begins where its elements may stand.
  const links = count * bytes;
  const tree: FlatTree = {
    start,
    length,
    count,
    kinds,
    fields,
    startOffset: new Offsets(memory, 0, count),
    endOffset: new Offsets(memory, links, count),
    parent: new Links(memory, links * 2, count),
    firstChild: new Links(memory, links * 3, count),
    nextSibling: new Links(memory, links * 4, count),
    kind: new Uint16Array(memory, links * 5, count),
    field: new Uint8Array(memory, links * 5 + count * 2, count),
    flags: new Uint8Array(memory, links * 5 + count * 3, count),
  };
  tree.startOffset.set(scratch.start.subarray(0, count));
  tree.endOffset.set(scratch.end.subarray(0, count));
  tree.parent.set(scratch.parent.subarray(0, count));
  tree.firstChild.set(scratch.firstChild.subarray(0, count));
  tree.nextSibling.set(scratch.nextSibling.subarray(0, count));
  tree.kind.set(scratch.kind.subarray(0, count));
  tree.field.set(scratch.field.subarray(0, count));
  tree.flags.set(scratch.flags.subarray(0, count));
  return tree;
}

/** A node's children stand behind it, so one backward pass tells every ancestor of an error. */
function spreadErrors(count: number): void {
  const { flags, parent } = scratch;
  for (let node = count - 1; node >= 0; node--) {
    if ((flags[node]! & (Flag.error | Flag.missing)) !== 0) flags[node]! |= Flag.hasError;
    const up = parent[node]!;
    if (up >= 0 && (flags[node]! & Flag.hasError) !== 0) flags[up]! |= Flag.hasError;
  }
}
