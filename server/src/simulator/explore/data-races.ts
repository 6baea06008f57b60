/**
 * Data races by a second set of vector clocks, in which only synchronisation orders (locks, release to acquire): two
 * accesses of a cell by different threads, at least one a write and at least one plain, that nothing orders. Found on
 * executions that end well too: the C compiler need not keep such accesses as written.
 */
import { cellOf, orderOf, WRITE } from '../machine/access.ts';
import type { Machine } from '../machine/machine.ts';
import type { ExecutionLog } from './log.ts';

export interface DataRace {
  readonly cell: number;
  /** Thread and instruction of both accesses, the lower thread first. */
  readonly first: { readonly thread: number; readonly at: number };
  readonly second: { readonly thread: number; readonly at: number };
}

/** A race in one execution, by its events. */
export interface RacingEvents {
  readonly cell: number;
  readonly first: number;
  readonly second: number;
}

const PLAIN = 0;
const SYNC = 2;
/** A store that does not read: releases without acquiring. */
const RELEASE = 3;

interface Seen {
  readonly thread: number;
  readonly event: number;
  readonly at: number;
  readonly plain: boolean;
  readonly write: boolean;
  /** The thread's own time when it made the access. */
  readonly time: number;
}

/** Accesses of one cell so far: of two that race one is plain, and most cells have no such accesses. */
interface CellAccesses {
  readonly plain: Seen[];
  readonly atomic: Seen[];
}

export class DataRaceDetector {
  private readonly machine: Machine;
  private readonly races = new Map<string, DataRace>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  found(): DataRace[] {
    return [...this.races.values()];
  }

  /** Returns the race of this execution whose second access comes first, or null. */
  scan(log: ExecutionLog): RacingEvents | null {
    let earliest: RacingEvents | null = null;
    const { threads } = this.machine;
    const clocks = Array.from({ length: threads }, (_, t) =>
      Array.from({ length: threads }, (_, u): number => (t === u ? 1 : 0)),
    );
    const released = new Map<number, number[]>();
    const seen = new Map<number, CellAccesses>();
    for (let e = 0; e < log.length; e++) {
      const thread = log.thread[e]!;
      const clock = clocks[thread]!;
      for (const access of log.footprints[e]!) {
        const order = orderOf(access);
        const handedOver = released.get(cellOf(access));
        if (order === SYNC && handedOver !== undefined) joinInto(clock, handedOver);
      }
      for (const access of log.footprints[e]!) {
        const race = this.record(log, e, access, clock, seen);
        earliest ??= race;
      }
      for (const access of log.footprints[e]!) {
        const order = orderOf(access);
        if (order < SYNC || (access & WRITE) === 0) continue;
        const cell = cellOf(access);
        const before = order === RELEASE ? undefined : released.get(cell);
        const after = [...clock];
        if (before !== undefined) joinInto(after, before);
        released.set(cell, after);
      }
      clock[thread] = clock[thread]! + 1;
    }
    return earliest;
  }

  private record(
    log: ExecutionLog,
    e: number,
    access: number,
    clock: readonly number[],
    seen: Map<number, CellAccesses>,
  ): RacingEvents | null {
    const cell = cellOf(access);
    const thread = log.thread[e]!;
    const own: Seen = {
      thread,
      event: e,
      at: log.at[e]!,
      plain: orderOf(access) === PLAIN,
      write: (access & WRITE) !== 0,
      time: clock[thread]!,
    };
    let known = seen.get(cell);
    if (known === undefined) seen.set(cell, (known = { plain: [], atomic: [] }));
    let earliest: RacingEvents | null = null;
    for (const other of own.plain ? [...known.plain, ...known.atomic] : known.plain) {
      if (other.thread === thread || !(other.write || own.write)) continue;
      if (other.time <= clock[other.thread]!) continue;
      const [first, second] = other.thread < thread ? [other, own] : [own, other];
      const key = `${cell} ${first.thread}:${first.at} ${second.thread}:${second.at}`;
      const end = ({ thread: t, at }: Seen): DataRace['first'] => ({ thread: t, at });
      this.races.set(key, { cell, first: end(first), second: end(second) });
      if (earliest === null || earliest.first < other.event) earliest = { cell, first: other.event, second: e };
    }
    (own.plain ? known.plain : known.atomic).push(own);
    return earliest;
  }
}

function joinInto(clock: number[], other: readonly number[]): void {
  for (let t = 0; t < clock.length; t++) clock[t] = Math.max(clock[t]!, other[t]!);
}
