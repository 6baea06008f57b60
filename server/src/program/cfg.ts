/** Questions about a function's control-flow graph: order, predecessors, dominators, loops. Pure; each linear or nearly so. */
import type { FunctionBody, Step } from './model.ts';

export interface Cfg {
  readonly steps: readonly Step[];
  /** Steps that the entry reaches, every step before its successors except along back edges (reverse post-order). */
  readonly order: readonly number[];
  /** Index in `order`; -1 for steps that nothing reaches. */
  readonly position: Int32Array;
  /** Reachable predecessors of each step. */
  readonly predecessors: readonly (readonly number[])[];
}

const graphs = new WeakMap<FunctionBody, Cfg>();

/** Made once for each body. */
export function cfgOf(body: FunctionBody): Cfg {
  let cfg = graphs.get(body);
  if (!cfg) graphs.set(body, (cfg = makeCfg(body.steps)));
  return cfg;
}

function makeCfg(steps: readonly Step[]): Cfg {
  const order = postOrder([0], steps.length, step => steps[step]!.next).reverse();
  const position = new Int32Array(steps.length).fill(-1);
  order.forEach((step, index) => {
    position[step] = index;
  });
  const predecessors: number[][] = steps.map(() => []);
  for (const step of order) for (const next of steps[step]!.next) predecessors[next]!.push(step);
  return { steps, order, position, predecessors };
}

/** Depth-first, without recursion: functions may have tens of thousands of steps in a row. */
function postOrder(roots: readonly number[], count: number, successors: (step: number) => readonly number[]): number[] {
  const out: number[] = [];
  const seen = new Uint8Array(count);
  const stack: { step: number; at: number }[] = [];
  for (const root of roots) {
    if (root >= count || seen[root] === 1) continue;
    seen[root] = 1;
    stack.push({ step: root, at: 0 });
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = successors(top.step)[top.at++];
      if (next === undefined) {
        out.push(top.step);
        stack.pop();
      } else if (seen[next] === 0) {
        seen[next] = 1;
        stack.push({ step: next, at: 0 });
      }
    }
  }
  return out;
}

/** Immediate dominator of each step; the entry's is itself, -1 for steps that nothing reaches. */
export function dominators(cfg: Cfg): Int32Array {
  return immediate(cfg.order, cfg.steps.length, step => cfg.predecessors[step]!);
}

/**
 * Immediate post-dominator of each step. Every way out leads to one more node, numbered `steps.length`: what only that one
 * post-dominates has it as its own. -1 for steps that never come to an end (`for (;;)` without a way out).
 */
export function postDominators(cfg: Cfg): Int32Array {
  const exit = cfg.steps.length;
  const ends = cfg.order.filter(step => cfg.steps[step]!.next.length === 0);
  const forward = (step: number): readonly number[] => {
    if (step === exit) return [];
    const { next } = cfg.steps[step]!;
    return next.length === 0 ? [exit] : next;
  };
  const backward = (step: number): readonly number[] => (step === exit ? ends : cfg.predecessors[step]!);
  const order = postOrder([exit], exit + 1, backward).reverse();
  return immediate(order, exit + 1, forward);
}

/** Cooper, Harvey and Kennedy's algorithm; `order[0]` is the root. */
function immediate(order: readonly number[], count: number, before: (step: number) => readonly number[]): Int32Array {
  const result = new Int32Array(count).fill(-1);
  const [root] = order;
  if (root === undefined) return result;
  const position = new Int32Array(count).fill(-1);
  order.forEach((step, index) => {
    position[step] = index;
  });
  result[root] = root;
  for (let changed = true; changed; ) {
    changed = false;
    for (const step of order) {
      if (step === root) continue;
      let candidate = -1;
      for (const previous of before(step)) {
        if (result[previous] === -1) continue;
        candidate = candidate === -1 ? previous : meet(candidate, previous, result, position);
      }
      if (candidate !== -1 && result[step] !== candidate) {
        result[step] = candidate;
        changed = true;
      }
    }
  }
  return result;
}

function meet(a: number, b: number, immediateOf: Int32Array, position: Int32Array): number {
  let left = a;
  let right = b;
  while (left !== right) {
    while (position[left]! > position[right]!) left = immediateOf[left]!;
    while (position[right]! > position[left]!) right = immediateOf[right]!;
  }
  return left;
}

/** Whether every way to `step` passes `dominator` (a step dominates itself). `tree`: what `dominators` answered. */
export function dominates(tree: Int32Array, dominator: number, step: number): boolean {
  for (let at = step; at >= 0; at = tree[at]!) {
    if (at === dominator) return true;
    if (tree[at] === at) return false;
  }
  return false;
}

export interface Loop {
  /** The step through which every round passes. */
  readonly head: number;
  /** All steps of the loop, the head included, ascending. */
  readonly steps: readonly number[];
  /** Steps that lead back to the head. */
  readonly tails: readonly number[];
}

/** Natural loops, outermost first where they nest. Cycles with two entries (`goto` into a loop) have no head and are left out. */
export function loopsOf(cfg: Cfg): Loop[] {
  const tree = dominators(cfg);
  const tails = new Map<number, number[]>();
  for (const step of cfg.order) {
    for (const next of cfg.steps[step]!.next) {
      // Back edges lead against the order; only then can the target dominate.
      if (cfg.position[next]! > cfg.position[step]! || !dominates(tree, next, step)) continue;
      const known = tails.get(next);
      if (known) known.push(step);
      else tails.set(next, [step]);
    }
  }
  const loops: Loop[] = [];
  for (const [head, ends] of tails) loops.push({ head, tails: ends, steps: loopBody(cfg, head, ends) });
  return loops.sort((a, b) => cfg.position[a.head]! - cfg.position[b.head]!);
}

function loopBody(cfg: Cfg, head: number, tails: readonly number[]): number[] {
  const inside = new Set([head]);
  const todo = [...tails];
  for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
    if (inside.has(step)) continue;
    inside.add(step);
    todo.push(...cfg.predecessors[step]!);
  }
  return [...inside].sort((a, b) => a - b);
}
