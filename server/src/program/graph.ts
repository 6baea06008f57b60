/** Building a control-flow graph of steps: `emit` appends a step and leads every dangling edge to it. */
import type { Op, Span, Step } from './model.ts';

interface OpenStep {
  op: Op;
  readonly span: Span;
  next: readonly number[];
  readonly statement: Span;
  macro?: string;
}

/** Dangling edges: each is a step and the slot of its `next`, packed in one number. */
export type Exits = readonly number[];

const SLOTS = 0x10000;

const NOWHERE: readonly number[] = [];

const LISTS: (readonly number[])[] = [];
/** Functions are seldom longer. */
const MOST_LISTS = 4096;

/** Most steps lead to the next one and nowhere else, and share a list; one of several targets is the step's own. */
function withTarget(next: readonly number[], slot: number, target: number): readonly number[] {
  if (slot === 0 && next.length < 2) return only(target);
  const own = next.length < 2 ? Array.from({ length: slot + 1 }, (_, at) => next[at]!) : (next as number[]);
  own[slot] = target;
  return own;
}

function only(target: number): readonly number[] {
  return target < MOST_LISTS ? (LISTS[target] ??= [target]) : [target];
}

export class Graph {
  readonly steps: OpenStep[] = [];
  /** Edges that lead to whatever step comes next. Empty after a jump: what follows is unreachable until a label. */
  #open: number[] = [];

  emit(op: Op, span: Span, statement: Span, macro: string | null): number {
    const index = this.steps.length;
    this.lead(this.#open, index);
    const step: OpenStep = { op, span, next: NOWHERE, statement };
    if (macro !== null) step.macro = macro;
    this.steps.push(step);
    this.#open = [index * SLOTS];
    return index;
  }

  /** Index that the next emitted step will have. */
  get ahead(): number {
    return this.steps.length;
  }

  get reachable(): boolean {
    return this.#open.length > 0;
  }

  /** Takes the dangling edges away: what is emitted next doesn't follow from here. */
  cut(): Exits {
    const exits = this.#open;
    this.#open = [];
    return exits;
  }

  /** Lets these edges, too, lead to the next step. */
  continueFrom(exits: Exits): void {
    this.#open = this.#open.concat(exits);
  }

  exit(step: number, slot: number): Exits {
    return [step * SLOTS + slot];
  }

  /** Leads edges to a step that exists already (loops) or will (`ahead`). */
  lead(exits: Exits, target: number): void {
    for (const exit of exits) {
      const slot = exit % SLOTS;
      const step = this.steps[(exit - slot) / SLOTS]!;
      step.next = withTarget(step.next, slot, target);
    }
  }

  finish(): readonly Step[] {
    return this.steps;
  }
}
