/**
 * Every interleaving, one by one: what the explorer is measured against and what the tests trust. Executions that order all
 * dependent events alike have the same signature (the Foata normal form: events by their depth in the order, then thread).
 */
import type { Choices, Machine } from '../machine/machine.ts';
import { ExecutionLog } from './log.ts';

export interface Enumeration {
  interleavings: number;
  finished: boolean;
}

/** `visit` returns false to stop. */
export function enumerate(
  machine: Machine,
  choices: Choices,
  visit: (log: ExecutionLog) => boolean,
  maxSteps = 1000,
): Enumeration {
  const log = new ExecutionLog(machine);
  const result: Enumeration = { interleavings: 0, finished: true };
  const marks: number[] = [];
  /** By depth: the thread tried last. */
  const tried: number[] = [-1];
  machine.restart(choices);
  for (;;) {
    const depth = log.length;
    let next = tried[depth]! + 1;
    while (next < machine.threads && !machine.enabled(next)) next++;
    if (next < machine.threads && depth < maxSteps) {
      tried[depth] = next;
      tried[depth + 1] = -1;
      marks[depth] = machine.mark();
      log.step(next);
      continue;
    }
    if (tried[depth] === -1) {
      result.interleavings++;
      if (!visit(log)) {
        result.finished = false;
        return result;
      }
    }
    if (depth === 0) return result;
    log.pop();
    machine.rewind(marks[depth - 1]!);
  }
}

/** Equal for equivalent executions and only for those. */
export function signature(log: ExecutionLog): string {
  const levels: number[] = [];
  const rows: number[][] = [];
  for (let e = 0; e < log.length; e++) {
    let level = 0;
    for (let a = 0; a < e; a++) if (levels[a]! >= level && log.before(a, e)) level = levels[a]! + 1;
    levels.push(level);
    (rows[level] ??= []).push(log.thread[e]!);
  }
  return rows.map(row => row.sort((a, b) => a - b).join(' ')).join(' | ');
}
