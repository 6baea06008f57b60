/** Runs a schedule and writes down, event by event, what happened and what everything looked like afterwards. */
import { ExecutionLog } from '../explore/log.ts';
import { cellOf, WRITE } from '../machine/access.ts';
import { FAILURE_KINDS } from '../machine/failures.ts';
import type { Choices, Machine } from '../machine/machine.ts';
import type { Instruction, Note } from '../machine/program.ts';
import type { FailureKind } from '../playback.ts';

export interface Touched {
  readonly cell: number;
  readonly write: boolean;
  readonly old: number;
  readonly now: number;
}

export interface RecordedEvent {
  readonly thread: number;
  readonly instruction: Instruction;
  readonly note: Note;
  readonly touched: readonly Touched[];
  /** The previous thread could have gone on. */
  readonly preempts: boolean;
  /** Failure of the thread in this event; `text` from the check that failed. */
  readonly failure?: { readonly kind: FailureKind; readonly text?: string };
  /** The whole state after the event. */
  readonly state: Int32Array;
}

export interface Recording {
  readonly events: readonly RecordedEvent[];
  readonly log: ExecutionLog;
  readonly initial: Int32Array;
  readonly schedule: readonly number[];
  readonly choices: Choices;
}

/** Where a run that never ends is cut. */
const EVENT_LIMIT = 10_000;
const NO_NOTE: Note = { group: -1 };

/**
 * Threads that can't run when the schedule says so are passed over. `then`: what happens when the schedule is used up,
 * `stop`, or `finish` (each thread in turn as far as it can go).
 */
export function record(
  machine: Machine,
  schedule: readonly number[],
  choices: Choices,
  then: 'stop' | 'finish',
): Recording {
  machine.restart(choices);
  const log = new ExecutionLog(machine);
  const initial = machine.state.slice();
  const events: RecordedEvent[] = [];
  const ran: number[] = [];
  const run = (t: number): void => {
    events.push(recordEvent(machine, log, t, ran.at(-1)));
    ran.push(t);
  };
  for (const t of schedule) if (machine.enabled(t)) run(t);
  if (then === 'stop') return { events, log, initial, schedule: ran, choices };
  for (let t = 0; t < machine.threads && events.length < EVENT_LIMIT; ) {
    const last = ran.at(-1);
    if (last !== undefined && machine.enabled(last)) run(last);
    else if (machine.enabled(t)) run(t);
    else t++;
    if (t >= machine.threads && anyEnabled(machine)) t = 0;
  }
  return { events, log, initial, schedule: ran, choices };
}

/** The events of a schedule, one at a time: the machine stands after the event that was given last. */
export function* recordEvents(machine: Machine, schedule: readonly number[]): Generator<RecordedEvent> {
  const log = new ExecutionLog(machine);
  let last: number | undefined;
  for (const t of schedule) {
    yield recordEvent(machine, log, t, last);
    last = t;
  }
}

/** A schedule that changes threads as often as it can: shows how the threads hold each other up. */
export function alternating(machine: Machine, choices: Choices): number[] {
  machine.restart(choices);
  const schedule: number[] = [];
  for (let t = 0; anyEnabled(machine) && schedule.length < EVENT_LIMIT; t = (t + 1) % machine.threads) {
    if (!machine.enabled(t)) continue;
    machine.step(t);
    schedule.push(t);
  }
  return schedule;
}

function anyEnabled(machine: Machine): boolean {
  for (let t = 0; t < machine.threads; t++) if (machine.enabled(t)) return true;
  return false;
}

function recordEvent(machine: Machine, log: ExecutionLog, thread: number, last: number | undefined): RecordedEvent {
  const code = machine.program.threads[thread]!.code;
  const instruction = code[machine.at(thread)]!;
  const preempts = last !== undefined && last !== thread && machine.enabled(last);
  const failedBefore = machine.failure(thread);
  log.step(thread);
  const touched = log.footprints[log.length - 1]!.map((access, i): Touched => {
    const cell = cellOf(access);
    return { cell, write: (access & WRITE) !== 0, old: machine.olds[i]!, now: machine.state[cell]! };
  });
  const kind = FAILURE_KINDS[machine.failure(thread)];
  const failedAt = code[machine.failedAt];
  const failed = failedBefore === 0 && kind !== null && kind !== undefined;
  const text = failedAt?.kind === 'check' ? { text: failedAt.text } : {};
  return {
    thread,
    instruction,
    note: 'note' in instruction ? instruction.note : NO_NOTE,
    touched,
    preempts,
    ...(failed ? { failure: { kind, ...text } } : {}),
    state: machine.state.slice(),
  };
}
