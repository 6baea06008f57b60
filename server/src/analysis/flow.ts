/**
 * Control flow of one function: basic blocks over the steps that can run, and a forward bit-set solver. Everything here
 * depends on the body alone.
 */
import type { FunctionBody, Value } from '../program/model.ts';
import { Lately } from './lately.ts';

export interface Block {
  readonly steps: readonly number[];
  readonly next: readonly number[];
}

export interface Flow {
  /** In reverse post-order; block 0 begins with the entry. */
  readonly blocks: readonly Block[];
  /** Block of each step, -1 for steps that can't run. */
  readonly blockOf: Int32Array;
  /** Position within its block. */
  readonly positionOf: Int32Array;
}

const FLOWS = new Lately<FunctionBody, Flow>();

export function flowOf(body: FunctionBody): Flow {
  return FLOWS.of(body, buildFlow);
}

function buildFlow(body: FunctionBody): Flow {
  const count = body.steps.length;
  const edges = threadedEdges(body);
  const order = postOrder(edges).reverse();
  const inDegree = new Int32Array(count);
  for (const step of order) for (const next of edges[step] ?? []) inDegree[next] = (inDegree[next] ?? 0) + 1;
  const blockOf = new Int32Array(count).fill(-1);
  const positionOf = new Int32Array(count);
  const chains: (readonly number[])[] = [];
  // One list for all of them, and of it copies without the room that lists keep for growing: there are many, and they last.
  const chain: number[] = [];
  for (const step of order) {
    if (blockOf[step] !== -1) continue;
    let length = 0;
    for (let at = step; ; ) {
      blockOf[at] = chains.length;
      positionOf[at] = length;
      chain[length++] = at;
      const next: readonly number[] = edges[at] ?? [];
      const only = next[0];
      if (next.length !== 1 || only === undefined || inDegree[only] !== 1 || blockOf[only] !== -1) break;
      at = only;
    }
    chains.push(chain.slice(0, length));
  }
  const blocks = chains.map(steps => {
    const last = steps.at(-1) ?? 0;
    return { steps, next: distinct((edges[last] ?? []).map(step => blockOf[step] ?? -1)) };
  });
  return { blocks, blockOf, positionOf };
}

/** Most steps have one successor or two. */
function distinct(blocks: number[]): number[] {
  if (blocks.length < 2) return blocks;
  return blocks.length === 2 ? (blocks[0] === blocks[1] ? blocks.slice(1) : blocks) : [...new Set(blocks)];
}

/**
 * The steps' successors, with tests left out whose answer is known. Second tests of the same value: `if (!try_lock()) wait_lock();`
 * is lowered to a test that takes the lock on one side, and the program's own test of the same result behind it; who took the
 * lock goes on as having it. Tests of a constant just stored: `if (try_lock() ? 1 : wait_lock())`.
 */
function threadedEdges(body: FunctionBody): (readonly number[])[] {
  const edges = body.steps.map(step => step.next);
  // Later tests first, so that an answer leads through several of them.
  for (let index = body.steps.length - 1; index >= 0; index--) {
    const known = afterConstant(body, index, edges);
    if (known !== null) edges[index] = [known];
  }
  body.steps.forEach((step, index) => {
    if (step.op.kind !== 'branch') return;
    const asked = question(step.op.condition);
    if (asked === null) return;
    edges[index] = step.next.map((next, side) => {
      const between = body.steps[next];
      if (between?.op.kind === 'acquire' && between.next.length === 1) {
        const beyond = between.next[0] ?? -1;
        edges[next] = [answered(body, beyond, asked, side) ?? beyond];
      }
      return answered(body, next, asked, side) ?? next;
    });
  });
  return edges;
}

/** Where the step leads on to when it stores a constant that is tested at once; null when it does not. */
function afterConstant(body: FunctionBody, index: number, edges: readonly (readonly number[])[]): number | null {
  const step = body.steps[index];
  if (step?.op.kind !== 'store' || step.op.place.kind !== 'local' || step.op.value.kind !== 'int') return null;
  const test = edges[index]?.[0] ?? -1;
  const branch = body.steps[test]?.op;
  if (branch?.kind !== 'branch') return null;
  let negated = false;
  let asked = branch.condition;
  for (let inner = negation(asked); inner !== null; inner = negation(asked)) {
    negated = !negated;
    asked = inner;
  }
  if (asked.kind !== 'local' || asked.local !== step.op.place.local) return null;
  const side = (step.op.value.value !== 0) === negated ? 1 : 0;
  return edges[test]?.[side] ?? null;
}

function negation(value: Value): Value | null {
  return value.kind === 'operation' && value.operator === '!' ? (value.operands[0] ?? null) : null;
}

interface Question {
  /** The step whose result is tested. */
  readonly result: number;
  readonly negated: boolean;
}

function question(condition: Value): Question | null {
  if (condition.kind === 'result') return { result: condition.step, negated: false };
  const inner = negation(condition);
  const asked = inner === null ? null : question(inner);
  return asked === null ? null : { result: asked.result, negated: !asked.negated };
}

/** Where a branch leads whose question was answered before on side 0 (non-zero) or 1; null when it asks something else. */
function answered(body: FunctionBody, step: number, asked: Question, side: number): number | null {
  const op = body.steps[step]?.op;
  const again = op?.kind === 'branch' ? question(op.condition) : null;
  if (again === null || again.result !== asked.result) return null;
  return body.steps[step]?.next[again.negated === asked.negated ? side : 1 - side] ?? null;
}

function postOrder(edges: readonly (readonly number[])[]): number[] {
  const seen = new Uint8Array(edges.length);
  const out: number[] = [];
  if (edges.length === 0) return out;
  const stack: { step: number; at: number }[] = [{ step: 0, at: 0 }];
  seen[0] = 1;
  while (stack.length > 0) {
    const top = stack.at(-1);
    if (top === undefined) break;
    const next = edges[top.step]?.[top.at++];
    if (next === undefined) {
      out.push(top.step);
      stack.pop();
    } else if (next < edges.length && seen[next] === 0) {
      seen[next] = 1;
      stack.push({ step: next, at: 0 });
    }
  }
  return out;
}

export class Bits {
  readonly #words: Uint32Array;
  readonly #from: number;
  readonly #count: number;

  constructor(size: number, words = new Uint32Array((size + 31) >>> 5), from = 0) {
    this.#words = words;
    this.#from = from;
    this.#count = (size + 31) >>> 5;
  }

  /** Many sets in one piece of memory: one for each block of a function, of all functions, is a lot of small arrays. */
  static rows(count: number, size: number): Bits[] {
    const width = (size + 31) >>> 5;
    const words = new Uint32Array(count * width);
    return Array.from({ length: count }, (_, row) => new Bits(size, words, row * width));
  }

  has(bit: number): boolean {
    return ((this.#words[this.#from + (bit >>> 5)] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  add(bit: number): void {
    const at = this.#from + (bit >>> 5);
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (bit & 31));
  }

  delete(bit: number): void {
    const at = this.#from + (bit >>> 5);
    this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (bit & 31));
  }

  /** this |= other; true when something was added. Both are of the same size. */
  union(other: Bits): boolean {
    let changed = false;
    for (let index = 0; index < this.#count; index++) {
      const before = this.#words[this.#from + index] ?? 0;
      const after = (before | (other.#words[other.#from + index] ?? 0)) >>> 0;
      if (after !== before) {
        this.#words[this.#from + index] = after;
        changed = true;
      }
    }
    return changed;
  }

  /** this = other. Both are of the same size. */
  become(other: Bits): void {
    for (let index = 0; index < this.#count; index++)
      this.#words[this.#from + index] = other.#words[other.#from + index] ?? 0;
  }

  copy(): Bits {
    return new Bits(this.#count * 32, this.#words.slice(this.#from, this.#from + this.#count));
  }
}

/**
 * Forward may-analysis: the bits that hold on entry to each block. `transfer(step, bits)` changes the bits in place, as the
 * step does. Ends after at most blocks × bits changes; each block is visited in reverse post-order.
 */
export function solve(flow: Flow, size: number, start: Bits, transfer: (step: number, bits: Bits) => void): Bits[] {
  const entry = Bits.rows(flow.blocks.length, size);
  const waiting = new Uint8Array(flow.blocks.length).fill(1);
  const bits = new Bits(size);
  entry[0]?.union(start);
  for (let again = true; again; ) {
    again = false;
    for (const [index, block] of flow.blocks.entries()) {
      if (waiting[index] === 0) continue;
      waiting[index] = 0;
      bits.become(entry[index]!);
      for (const step of block.steps) transfer(step, bits);
      for (const next of block.next) {
        if (entry[next]?.union(bits) !== true) continue;
        waiting[next] = 1;
        if (next <= index) again = true;
      }
    }
  }
  return entry;
}
