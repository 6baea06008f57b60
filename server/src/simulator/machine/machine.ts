/**
 * The machine: runs a program one event at a time over a flat state of 32-bit integers, and can take events back. The
 * state is the cells, then for each thread its program counter, failure, number of choices made, attachment, allocations
 * a pool, and locals. Memory is sequentially consistent.
 */

import { cellOf, encodeAccess, orderOf, WRITE } from './access.ts';
import { type Compiled, compile, type Expression } from './expression.ts';
import { failureNumber } from './failures.ts';
import { Journal } from './journal.ts';
import { ATTACHED, CHOICES, FAILED, HEADER, type Layout, layOut, PC, scopeOf } from './layout.ts';
import * as op from './link.ts';
import { NULL_PAGE, type Program } from './program.ts';

/** Program counter of a thread that is done. */
const DONE = -1;
/** Local instructions that one event may run: more is a loop without an end. */
const LOCAL_LIMIT = 100_000;

const NULL_DEREFERENCE = failureNumber('null-dereference');
const OUT_OF_BOUNDS = failureNumber('out-of-bounds');
const USE_AFTER_FREE = failureNumber('use-after-free');
const DOUBLE_FREE = failureNumber('double-free');
const DETACHED_ACCESS = failureNumber('detached-access');

/** Choices by thread, in the order in which the thread makes them; missing ones are 0. */
export type Choices = readonly (readonly number[])[];

export class Machine {
  readonly program: Program;
  readonly state: Int32Array;
  readonly threads: number;
  /** Accesses of the last event: encoded, and the value before. Only the first `accessCount` entries count. */
  readonly accesses: number[] = [];
  readonly olds: number[] = [];
  accessCount = 0;
  /** The cell on which the last event could have blocked, or -1. */
  blockingCell = -1;
  /** Choices made so far in any run: number of options by thread and ordinal. */
  readonly options: number[][] = [];
  /** Some thread, in some run, was stopped in a loop without shared accesses: nothing is known about what it does then. */
  runaway = false;
  /** Instruction at which the last event failed, or -1. */
  failedAt = -1;

  private readonly code: op.Linked[][] = [];
  private readonly layout: Layout;
  private readonly headers: readonly number[];
  private readonly initial: Int32Array;
  /** First cell of the object that each cell belongs to; 0 for globals. */
  private readonly owner: Int32Array;
  private readonly python: Uint8Array;
  private readonly cells: number;
  private choices: Choices = [];
  private readonly journal: Journal;

  constructor(program: Program) {
    this.program = program;
    this.threads = program.threads.length;
    this.cells = program.cells.length;
    this.layout = layOut(program);
    const { size, headers, owner, python } = this.layout;
    this.headers = headers;
    this.owner = owner;
    this.python = python;
    this.journal = new Journal(size);
    this.state = this.journal.state;
    for (const [t, thread] of program.threads.entries()) {
      this.options.push([]);
      this.code.push(op.link(thread.code, scopeOf(this.layout, this.state, t)));
    }
    program.cells.forEach((cell, index) => {
      this.state[index] = cell.initial;
    });
    program.threads.forEach((thread, t) => {
      this.state[this.headers[t]! + ATTACHED] = thread.startsAttached ? 1 : 0;
    });
    this.initial = this.state.slice();
    this.restart([]);
  }

  /** Back to the beginning, with these choices. Local instructions before each thread's first event are run. */
  restart(choices: Choices): void {
    this.choices = choices;
    this.journal.load(this.initial);
    for (let t = 0; t < this.threads; t++) this.settle(t, 0);
    this.journal.load(this.state);
  }

  /** For expressions over the state as it stands; `thread` is whose locals they name. */
  compileFinal(expression: Expression, thread = 0): Compiled {
    return compile(expression, scopeOf(this.layout, this.state, thread));
  }

  done(thread: number): boolean {
    return this.at(thread) === DONE;
  }

  /** Failure number of the thread, 0 when it did not fail. */
  failure(thread: number): number {
    return this.state[this.headers[thread]! + FAILED]!;
  }

  attached(thread: number): boolean {
    const attached = this.state[this.headers[thread]! + ATTACHED];
    return attached === 1;
  }

  choicesMade(thread: number): number {
    return this.state[this.headers[thread]! + CHOICES]!;
  }

  /** Index of the instruction that the thread runs next; -1 when it is done. */
  at(thread: number): number {
    return this.state[this.headers[thread]! + PC]!;
  }

  local(thread: number, index: number): number {
    return this.state[this.layout.locals[thread]! + index]!;
  }

  enabled(thread: number): boolean {
    const pc = this.state[this.headers[thread]! + PC]!;
    if (pc === DONE) return false;
    const instruction = this.code[thread]![pc]!;
    const until = instruction.until;
    if (until === null) return true;
    const address = instruction.base(0) + instruction.offset(0);
    // A wrong address does not wait: the event runs and fails.
    if (address < NULL_PAGE || address >= this.cells) return true;
    const owner = this.owner[address]!;
    if (owner !== 0 && this.state[owner] === 0) return true;
    return until(this.state[address]!) !== 0;
  }

  /** The condition that the thread's next event waits for (of the old value), or null when it never waits. */
  condition(thread: number): Compiled | null {
    const pc = this.at(thread);
    return pc === DONE ? null : this.code[thread]![pc]!.until;
  }

  /** The cell that the thread's next event may wait for, or -1. */
  waitsFor(thread: number): number {
    const pc = this.at(thread);
    if (pc === DONE) return -1;
    const instruction = this.code[thread]![pc]!;
    return instruction.until === null ? -1 : instruction.base(0) + instruction.offset(0);
  }

  /** Whether what the next event touches may depend on what it reads. */
  varies(thread: number): boolean {
    const pc = this.at(thread);
    return pc !== DONE && this.code[thread]![pc]!.varies;
  }

  /** Runs the next event of a thread that is enabled, and the local instructions after it. */
  step(thread: number): void {
    const code = this.code[thread]!;
    let pc = this.state[this.headers[thread]! + PC]!;
    this.accessCount = 0;
    this.blockingCell = -1;
    this.failedAt = -1;
    const first = code[pc]!;
    if (first.until !== null) this.blockingCell = first.base(0) + first.offset(0);
    if (first.op !== op.ATOMIC) {
      const fine = first.op === op.ACCESS ? this.access(thread, first) : this.free(thread, first);
      if (!fine) this.failedAt = pc;
      else this.settle(thread, pc + 1);
      return;
    }
    pc++;
    for (let budget = LOCAL_LIMIT; budget > 0; budget--) {
      const instruction = code[pc]!;
      if (instruction.op === op.END) {
        this.settle(thread, pc + 1);
        return;
      }
      if (instruction.op === op.ACCESS || instruction.op === op.FREE) {
        const fine = instruction.op === op.ACCESS ? this.access(thread, instruction) : this.free(thread, instruction);
        if (!fine) {
          this.failedAt = pc;
          return;
        }
        pc++;
      } else {
        const next = this.runLocal(thread, instruction, pc);
        if (next < 0) return;
        pc = next;
      }
    }
    this.giveUp(thread);
  }

  /** A point to come back to. */
  mark(): number {
    return this.journal.mark();
  }

  /** Takes back everything since `mark`. */
  rewind(mark: number): void {
    this.journal.rewind(mark);
  }

  /** Takes another state of the same program. What was marked before is forgotten. */
  load(state: Int32Array): void {
    this.journal.load(state);
  }

  private touch(cell: number, order: number, write: number, old: number): void {
    const { accesses } = this;
    for (let i = 0; i < this.accessCount; i++) {
      const known = accesses[i]!;
      if (cellOf(known) === cell) {
        // The weaker order stays: an event that is partly plain can be in a data race.
        accesses[i] = encodeAccess(cell, Math.min(orderOf(known), order), (known & WRITE) | write);
        return;
      }
    }
    accesses[this.accessCount] = encodeAccess(cell, order, write);
    this.olds[this.accessCount++] = old;
  }

  private fail(thread: number, kind: number): false {
    const header = this.headers[thread]!;
    this.journal.set(header + FAILED, kind);
    this.journal.set(header + PC, DONE);
    return false;
  }

  private access(thread: number, instruction: op.Linked): boolean {
    const { state } = this;
    const base = instruction.base(0);
    const address = base + instruction.offset(0);
    if (base < NULL_PAGE) return this.fail(thread, NULL_DEREFERENCE);
    if (address < NULL_PAGE || address >= this.cells || this.owner[address] !== this.owner[base]) {
      return this.fail(thread, OUT_OF_BOUNDS);
    }
    const owner = this.owner[address]!;
    if (owner !== 0 && owner !== address) {
      this.touch(owner, 1, 0, state[owner]!);
      if (state[owner] === 0 && !instruction.stale) return this.fail(thread, USE_AFTER_FREE);
      if (this.python[owner] === 1 && !this.attached(thread)) return this.fail(thread, DETACHED_ACCESS);
    }
    const old = state[address]!;
    const { requires, when, next, into, ok } = instruction;
    if (requires !== null && requires(old) === 0) {
      this.touch(address, instruction.order, 0, old);
      return this.fail(thread, instruction.failure);
    }
    const happens = when === null || when(old) !== 0;
    const value = next !== null && happens ? next(old) : old;
    this.touch(address, instruction.order, next !== null && happens ? WRITE : 0, old);
    if (next !== null && happens) this.journal.set(address, value);
    if (into >= 0) this.journal.set(into, old);
    if (ok >= 0) this.journal.set(ok, happens ? 1 : 0);
    return true;
  }

  private free(thread: number, instruction: op.Linked): boolean {
    const base = instruction.base(0);
    if (base < NULL_PAGE || base >= this.cells) return this.fail(thread, NULL_DEREFERENCE);
    const owner = this.owner[base]!;
    const alive = this.state[owner]!;
    // Freeing hands over nothing, but a correct one is ordered after every use by the counts: not itself a data race.
    this.touch(owner, 1, alive === 0 ? 0 : WRITE, alive);
    if (alive === 0) return this.fail(thread, DOUBLE_FREE);
    this.journal.set(owner, 0);
    return true;
  }

  private giveUp(thread: number): void {
    this.runaway = true;
    this.journal.set(this.headers[thread]! + PC, DONE);
  }

  /** Runs local instructions until the next event or the end. */
  private settle(thread: number, from: number): void {
    const code = this.code[thread]!;
    let pc = from;
    for (let budget = LOCAL_LIMIT; budget > 0; budget--) {
      if (pc >= code.length) {
        this.journal.set(this.headers[thread]! + PC, DONE);
        return;
      }
      const instruction = code[pc]!;
      if (instruction.op <= op.ATOMIC) {
        this.journal.set(this.headers[thread]! + PC, pc);
        return;
      }
      pc = this.runLocal(thread, instruction, pc);
      if (pc < 0) return;
    }
    this.giveUp(thread);
  }

  /** Runs one local instruction: where to go on, or -1 when the thread failed. */
  private runLocal(thread: number, instruction: op.Linked, pc: number): number {
    switch (instruction.op) {
      case op.SET:
        this.journal.set(instruction.into, instruction.value(0));
        return pc + 1;
      case op.UNLESS:
        return instruction.value(0) === 0 ? instruction.target : pc + 1;
      case op.JUMP:
        return instruction.target;
      case op.CHOOSE:
        this.journal.set(instruction.into, this.decide(thread, instruction.target));
        return pc + 1;
      case op.ALLOCATE:
        return this.allocate(thread, instruction) ? pc + 1 : -1;
      case op.ATTACHED:
        this.journal.set(this.headers[thread]! + ATTACHED, instruction.target);
        return pc + 1;
      case op.CHECK:
        if (instruction.value(0) !== 0) return pc + 1;
        this.failedAt = pc;
        this.fail(thread, instruction.failure);
        return -1;
      default:
        return pc + 1;
    }
  }

  private decide(thread: number, options: number): number {
    const place = this.headers[thread]! + CHOICES;
    const ordinal = this.state[place]!;
    this.journal.set(place, ordinal + 1);
    this.options[thread]![ordinal] = options;
    return this.choices[thread]?.[ordinal] ?? 0;
  }

  /** Pools are as large as the program asks for: running out is a mistake of its builder, seen as a NULL. */
  private allocate(thread: number, instruction: op.Linked): boolean {
    const pool = this.program.threads[thread]!.pools[instruction.target]!;
    const place = this.headers[thread]! + HEADER + instruction.target;
    const taken = this.state[place]!;
    const base = pool[taken] ?? 0;
    this.journal.set(place, taken + 1);
    if (base !== 0) this.journal.set(base, 1);
    this.journal.set(instruction.into, base);
    return true;
  }
}
