/**
 * A cost model, not a measurement: what one run of a program asks of the machine, counted. The run changes threads at every
 * step that it can, as two cores in step would. A cache line is an object, or a variable outside objects; it moves when
 * another thread than the last writer reads or writes it, or when somebody writes what others have read.
 */
import { verify } from '../explore/verify.ts';
import { mentions } from '../machine/expression.ts';
import { Machine } from '../machine/machine.ts';
import type { Access, Program } from '../machine/program.ts';
import type { CostRow } from '../playback.ts';
import { Names } from './names.ts';
import { alternating, type RecordedEvent, recordEvents, type Touched } from './record.ts';

export interface CostOptions {
  readonly system: string;
  readonly note: string;
  readonly copiedBytes?: number;
}

export function costsOf(program: Program, { system, note, copiedBytes = 0 }: CostOptions): CostRow {
  const machine = new Machine(program);
  const names = new Names(program);
  const schedule = alternating(machine, []);
  const waited = new Set<number>();
  const lines = new Map<number, Set<number>>();
  const row = { atomicOperations: 0, lockAcquisitions: 0, contendedAcquisitions: 0, cacheLineTransfers: 0 };
  machine.restart([]);
  for (const event of recordEvents(machine, schedule)) {
    const { thread } = event;
    const isLock = (touched: Touched): boolean => program.cells[touched.cell]!.format === 'holder';
    for (const touched of event.touched) {
      if (isLock(touched)) {
        if (!touched.write || touched.now !== thread + 1) continue;
        row.lockAcquisitions++;
        if (waited.delete(thread)) row.contendedAcquisitions++;
      }
    }
    if (isAtomicUpdate(event) && !event.touched.some(isLock)) row.atomicOperations++;
    const own = new Map<number, boolean>();
    for (const { cell, write } of event.touched) {
      const line = names.objectAt(cell)?.base ?? cell;
      own.set(line, write || own.get(line) === true);
    }
    for (const [line, write] of own) if (moves(lines, line, thread, write)) row.cacheLineTransfers++;
    for (let t = 0; t < machine.threads; t++) if (!machine.done(t) && !machine.enabled(t)) waited.add(t);
  }
  const { verdict } = verify(program);
  return { system, correct: verdict.coverage === 'complete' && verdict.failing === 0, ...row, copiedBytes, note };
}

/** Whether the line had to come from another core; the first use of a line by anybody is free. */
function moves(lines: Map<number, Set<number>>, line: number, thread: number, write: boolean): boolean {
  const holders = lines.get(line);
  if (holders === undefined) {
    lines.set(line, new Set([thread]));
    return false;
  }
  const moved = write ? holders.size > 1 || !holders.has(thread) : !holders.has(thread);
  if (write) holders.clear();
  holders.add(thread);
  return moved;
}

/** A read-modify-write that is not a lock. */
function isAtomicUpdate({ instruction }: RecordedEvent): boolean {
  return instruction.kind === 'access' && readsAndWrites(instruction);
}

function readsAndWrites({ next, when }: Access): boolean {
  return next !== undefined && (when !== undefined || mentions(next, 'old'));
}
