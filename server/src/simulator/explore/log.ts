/**
 * The execution so far: its events with their happens-before clocks (every pair of dependent events is ordered), the
 * accesses of each cell from the last to the first, and the reversible races. Grows and shrinks at the end only.
 *
 * A race is a pair of dependent events of different threads that could also have run in the other order, with nothing
 * between them that orders them already. For an event that may block, the partner is the latest event before which it
 * would not have blocked: two `lock`s race with each other, an `unlock` and a `lock` never do.
 */

import { cellOf, encodeAccess, WRITE } from '../machine/access.ts';
import type { Compiled } from '../machine/expression.ts';
import type { Machine } from '../machine/machine.ts';
import { type Footprint, FootprintPool } from './footprint.ts';

export class ExecutionLog {
  length = 0;
  readonly footprints: Footprint[] = [];
  thread = new Uint8Array(256);
  /** Whether the event's footprint may differ when it is reordered (see `Machine.varies`). */
  readonly varies: boolean[] = [];
  /** Index of the instruction that each event ran. */
  at = new Int32Array(256);
  /** Races by second event: `raceFirst[raceStart[e] .. raceEnd(e)]` are the first events. */
  readonly raceFirst: number[] = [];

  private readonly machine: Machine;
  private readonly threads: number;
  private readonly pool = new FootprintPool();
  private ordinal = new Int32Array(256);
  private previous = new Int32Array(256);
  private clocks: Int32Array;
  private recordStart = new Int32Array(256);
  private raceStart = new Int32Array(256);
  private readonly last: Int32Array;
  /** Per cell: its latest access record, or -1. */
  private readonly heads: Int32Array;
  private records = 0;
  private recordEvent = new Int32Array(512);
  private recordBefore = new Int32Array(512);
  private recordAccess = new Int32Array(512);
  private recordOld = new Int32Array(512);
  /** Candidates of the race search in progress. */
  private readonly found: number[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
    this.threads = machine.threads;
    this.clocks = new Int32Array(256 * this.threads);
    this.last = new Int32Array(this.threads).fill(-1);
    this.heads = new Int32Array(machine.program.cells.length).fill(-1);
  }

  raceEnd(event: number): number {
    return event + 1 < this.length ? this.raceStart[event + 1]! : this.raceFirst.length;
  }

  raceBegin(event: number): number {
    return this.raceStart[event]!;
  }

  /** Whether event `a` happens before event `b` (or is it). */
  before(a: number, b: number): boolean {
    return this.clocks[b * this.threads + this.thread[a]!]! >= this.ordinal[a]!;
  }

  /** Last event of the thread, or -1. */
  lastOf(thread: number): number {
    return this.last[thread]!;
  }

  /** Runs the thread's next event and records it. */
  step(thread: number): void {
    const { machine } = this;
    const at = machine.at(thread);
    const varies = machine.varies(thread);
    const until = machine.condition(thread);
    machine.step(thread);
    this.push(thread, at, varies, until);
  }

  private push(thread: number, at: number, varies: boolean, until: Compiled | null): void {
    const { machine } = this;
    const event = this.length;
    if (event === this.thread.length) this.growEvents();
    const { accesses, olds, accessCount, blockingCell } = machine;
    this.raceStart[event] = this.raceFirst.length;
    this.recordStart[event] = this.records;
    this.thread[event] = thread;
    this.at[event] = at;
    this.varies[event] = varies;
    const previous = this.last[thread]!;
    this.previous[event] = previous;
    this.ordinal[event] = previous < 0 ? 1 : this.ordinal[previous]! + 1;

    this.found.length = 0;
    for (let i = 0; i < accessCount; i++) {
      if (until === null) this.plainRaces(accesses[i]!, previous);
      else this.blockingRaces(accesses[i]!, previous, until, blockingCell, blockedOn(machine));
    }
    this.keepDirectRaces();

    this.setClock(event, previous, accesses, accessCount);
    this.last[thread] = event;
    this.footprints[event] = this.pool.keep(accesses, accessCount);
    for (let i = 0; i < accessCount; i++) this.record(event, accesses[i]!, olds[i]!);
    this.length = event + 1;
  }

  pop(): void {
    const event = --this.length;
    const start = this.recordStart[event]!;
    for (let r = this.records - 1; r >= start; r--) {
      this.heads[cellOf(this.recordAccess[r]!)] = this.recordBefore[r]!;
    }
    this.records = start;
    this.raceFirst.length = this.raceStart[event]!;
    this.last[this.thread[event]!] = this.previous[event]!;
  }

  clear(): void {
    while (this.length > 0) this.pop();
  }

  /** First events of the races of an event that still waits at the end (for a lock that somebody keeps). */
  pendingRaces(thread: number, until: Compiled, cell: number): readonly number[] {
    this.found.length = 0;
    const access = encodeAccess(cell, 0, WRITE);
    this.blockingRaces(access, this.last[thread]!, until, cell, this.machine.state[cell]!);
    const start = this.raceFirst.length;
    this.keepDirectRaces();
    return this.raceFirst.splice(start);
  }

  private candidate(event: number, previous: number): void {
    if (previous >= 0 && this.before(event, previous)) return;
    if (!this.found.includes(event)) this.found.push(event);
  }

  private plainRaces(access: number, previous: number): void {
    const writes = (access & WRITE) !== 0;
    let reads = false;
    for (let r = this.heads[cellOf(access)]!; r >= 0; r = this.recordBefore[r]!) {
      if ((this.recordAccess[r]! & WRITE) !== 0) {
        // A write before the reads happens before them: not a direct race.
        if (!reads) this.candidate(this.recordEvent[r]!, previous);
        return;
      }
      if (!writes) continue;
      this.candidate(this.recordEvent[r]!, previous);
      reads = true;
    }
  }

  /** `value` is what `blockingCell` held when the event ran, or holds while it waits. */
  private blockingRaces(access: number, previous: number, until: Compiled, blockingCell: number, value: number): void {
    for (let r = this.heads[cellOf(access)]!; r >= 0; r = this.recordBefore[r]!) {
      const event = this.recordEvent[r]!;
      if (previous >= 0 && this.before(event, previous)) return;
      const isWrite = (this.recordAccess[r]! & WRITE) !== 0;
      if (!isWrite && (access & WRITE) === 0) continue;
      if (until(this.valueWithout(blockingCell, event, value)) === 0) continue;
      this.candidate(event, previous);
      if (isWrite) return;
    }
  }

  /** What the cell, which holds `value`, would hold if `event` and all that happens after it had not run. */
  private valueWithout(cell: number, event: number, value: number): number {
    let without = value;
    for (let r = this.heads[cell]!; r >= 0; r = this.recordBefore[r]!) {
      if ((this.recordAccess[r]! & WRITE) === 0) continue;
      if (!this.before(event, this.recordEvent[r]!)) break;
      without = this.recordOld[r]!;
    }
    return without;
  }

  /** Of the candidates, those that no other candidate happens after. */
  private keepDirectRaces(): void {
    const { found } = this;
    for (let i = 0; i < found.length; i++) {
      let direct = true;
      for (let j = 0; direct && j < found.length; j++) direct = i === j || !this.before(found[i]!, found[j]!);
      if (direct) this.raceFirst.push(found[i]!);
    }
  }

  private setClock(event: number, previous: number, accesses: readonly number[], count: number): void {
    const { clocks, threads } = this;
    const row = event * threads;
    if (previous < 0) clocks.fill(0, row, row + threads);
    else clocks.copyWithin(row, previous * threads, (previous + 1) * threads);
    for (let i = 0; i < count; i++) {
      const access = accesses[i]!;
      const writes = (access & WRITE) !== 0;
      for (let r = this.heads[cellOf(access)]!; r >= 0; r = this.recordBefore[r]!) {
        const isWrite = (this.recordAccess[r]! & WRITE) !== 0;
        if (writes || isWrite) this.join(row, this.recordEvent[r]! * threads);
        if (isWrite) break;
      }
    }
    clocks[row + this.thread[event]!] = this.ordinal[event]!;
  }

  private join(into: number, from: number): void {
    const { clocks } = this;
    for (let t = 0; t < this.threads; t++) {
      const value = clocks[from + t]!;
      if (value > clocks[into + t]!) clocks[into + t] = value;
    }
  }

  private record(event: number, access: number, old: number): void {
    const r = this.records++;
    if (r === this.recordEvent.length) this.growRecords();
    const cell = cellOf(access);
    this.recordEvent[r] = event;
    this.recordAccess[r] = access;
    this.recordOld[r] = old;
    this.recordBefore[r] = this.heads[cell]!;
    this.heads[cell] = r;
  }

  private growEvents(): void {
    const size = this.thread.length * 2;
    this.thread = grown(this.thread, new Uint8Array(size));
    this.at = grown(this.at, new Int32Array(size));
    this.ordinal = grown(this.ordinal, new Int32Array(size));
    this.previous = grown(this.previous, new Int32Array(size));
    this.recordStart = grown(this.recordStart, new Int32Array(size));
    this.raceStart = grown(this.raceStart, new Int32Array(size));
    this.clocks = grown(this.clocks, new Int32Array(size * this.threads));
  }

  private growRecords(): void {
    const size = this.recordEvent.length * 2;
    this.recordEvent = grown(this.recordEvent, new Int32Array(size));
    this.recordBefore = grown(this.recordBefore, new Int32Array(size));
    this.recordAccess = grown(this.recordAccess, new Int32Array(size));
    this.recordOld = grown(this.recordOld, new Int32Array(size));
  }
}

/** What the cell held on which the event that has just run could have blocked. */
function blockedOn(machine: Machine): number {
  for (let i = 0; i < machine.accessCount; i++) {
    if (cellOf(machine.accesses[i]!) === machine.blockingCell) return machine.olds[i]!;
  }
  return 0;
}

function grown<T extends Int32Array | Uint8Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
