/**
 * What went wrong in an execution, from properties of the machine alone: no rule is asked. An execution counts once: under
 * the failure that happens first; among unordered ones, that of the thread with the lowest number.
 */
import type { Compiled } from '../machine/expression.ts';
import { FAILURE_KINDS } from '../machine/failures.ts';
import type { Choices, Machine } from '../machine/machine.ts';
import type { Cell, MemoryObject } from '../machine/program.ts';
import type { FailureKind } from '../playback.ts';
import type { ExecutionLog } from './log.ts';

export interface Failure {
  readonly kind: FailureKind;
  /** The thread that failed; absent where the end of the run is what is wrong. */
  readonly thread?: number;
  /** What the end of the run shows, in words. Threads' own failures are put in words where their steps are. */
  readonly text?: string;
  /** The object that the failure is about, by its base. */
  readonly object?: number;
}

/** All orders of so many threads are run: 5,040. */
const MOST_THREADS = 7;

export class Judge {
  private readonly machine: Machine;
  private readonly checks: readonly { holds: Compiled; kind: FailureKind; text: string }[];
  private readonly outcome: readonly Compiled[];
  private readonly counts: readonly { object: MemoryObject; total: Compiled }[];
  /** Cells that own references, and the object that they belong to (0: none). */
  private readonly owners: readonly { cell: number; container: number }[];
  private serial: ReadonlySet<string> | null = null;

  constructor(machine: Machine) {
    this.machine = machine;
    const { program } = machine;
    this.checks = program.checks.map(check => ({
      holds: machine.compileFinal(check.holds),
      kind: check.failure,
      text: check.text,
    }));
    this.outcome = program.outcome.map(({ value }) => machine.compileFinal(value));
    this.counts = !program.audit
      ? []
      : program.objects.flatMap(object =>
          object.count === null || !object.audited ? [] : [{ object, total: machine.compileFinal(object.count) }],
        );
    this.owners = owningCells(program.cells, program.objects);
  }

  /**
   * Serial outcomes depend on the choices: to be called before a run with other ones. Restarts the machine. False when there
   * are too many orders of threads to run them all: then outcomes are not judged.
   */
  prepare(choices: Choices): boolean {
    if (this.outcome.length === 0) return true;
    if (this.machine.threads > MOST_THREADS) return false;
    const serial = new Set<string>();
    for (const order of permutations(this.machine.threads)) {
      this.machine.restart(choices);
      if (this.runWhole(order)) serial.add(this.outcomeKey());
    }
    this.serial = serial;
    this.machine.restart(choices);
    return true;
  }

  /** Whether some thread has failed: the run need not go on. */
  anyThreadFailed(): boolean {
    for (let t = 0; t < this.machine.threads; t++) if (this.machine.failure(t) !== 0) return true;
    return false;
  }

  /** At the end of an execution. Without a log, the first thread that failed is taken. */
  judge(log: ExecutionLog | null): Failure | null {
    const { machine } = this;
    let first = -1;
    for (let t = 0; t < machine.threads; t++) {
      if (machine.failure(t) === 0) continue;
      if (first < 0 || (log !== null && strictlyBefore(log, log.lastOf(t), log.lastOf(first)))) first = t;
    }
    if (first >= 0) return { kind: FAILURE_KINDS[machine.failure(first)]!, thread: first };
    for (let t = 0; t < machine.threads; t++) if (!machine.done(t)) return { kind: 'deadlock', thread: t };
    return this.auditCounts() ?? this.check() ?? this.checkSerial();
  }

  private auditCounts(): Failure | null {
    const { machine } = this;
    const { state } = machine;
    for (const { object, total } of this.counts) {
      const alive = state[object.base] === 1;
      let references = 0;
      let holder = '';
      for (const { cell, container } of this.owners) {
        if (state[cell] !== object.base || (container !== 0 && state[container] === 0)) continue;
        references++;
        holder = machine.program.cells[cell]!.name;
      }
      if (!alive) {
        if (references === 0) continue;
        const text = `${object.name} was freed while ${holder} still refers to it`;
        return { kind: 'use-after-free', text, object: object.base };
      }
      const count = total(0);
      if (count === references) continue;
      const kind = count > references ? 'leak' : 'lost-update';
      const text =
        count > references
          ? `${object.name} is never freed: its count is ${count}, its references are ${references}`
          : `the count of ${object.name} is ${count}, its references are ${references}: it will be freed too early`;
      return { kind, text, object: object.base };
    }
    return null;
  }

  private check(): Failure | null {
    for (const { holds, kind, text } of this.checks) if (holds(0) === 0) return { kind, text };
    return null;
  }

  private checkSerial(): Failure | null {
    if (this.serial === null || this.serial.has(this.outcomeKey())) return null;
    const { program } = this.machine;
    const values = this.outcome.map((value, i) => `${program.outcome[i]!.name} = ${value(0)}`).join(', ');
    return { kind: 'not-serialisable', text: `no order of whole calls gives ${values}` };
  }

  private outcomeKey(): string {
    return this.outcome.map(value => value(0)).join(' ');
  }

  private runWhole(order: readonly number[]): boolean {
    for (const thread of order) {
      while (this.machine.enabled(thread)) this.machine.step(thread);
      if (!this.machine.done(thread)) return false;
    }
    return !this.anyThreadFailed();
  }
}

function strictlyBefore(log: ExecutionLog, a: number, b: number): boolean {
  return a >= 0 && b >= 0 && a !== b && log.before(a, b);
}

function owningCells(cells: readonly Cell[], objects: readonly MemoryObject[]): { cell: number; container: number }[] {
  const container = new Map<number, number>();
  for (const object of objects) for (let i = 0; i < object.size; i++) container.set(object.base + i, object.base);
  return cells.flatMap((cell, index) => (cell.owns ? [{ cell: index, container: container.get(index) ?? 0 }] : []));
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap(order =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  );
}
