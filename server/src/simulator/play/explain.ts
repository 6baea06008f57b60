/**
 * What a run shows, in words: the headline, the failure's own sentence, what orders what, and why it fails: the last pair
 * of steps whose exchange makes the run pass, which is tried, not guessed.
 */
import type { RacingEvents } from '../explore/data-races.ts';
import type { Failure, Judge } from '../explore/judge.ts';
import { cellOf, orderOf, WRITE } from '../machine/access.ts';
import type { Machine } from '../machine/machine.ts';
import type { Arrow, FailureKind, Verdict } from '../playback.ts';
import { FAILURE_WORDS } from '../words.ts';
import type { Names } from './names.ts';
import { type Recording, record } from './record.ts';
import { waitReason } from './views.ts';

const title = (kind: FailureKind): string => {
  const words = FAILURE_WORDS[kind];
  return words[0]!.toUpperCase() + words.slice(1);
};

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export function headline(
  verdict: Verdict,
  failure: string | null,
  recording: Recording,
  kind: FailureKind | null,
  ended: boolean,
): string {
  if (failure === null || kind === null) return passing(verdict, ended);
  const switches = recording.events.filter(event => event.preempts).length;
  const steps = plural(recording.events.length, 'step');
  return `${title(kind)} in ${steps}, ${plural(switches, 'preemption')}: ${failure}.`;
}

function passing({ coverage, explored, failing, cap }: Verdict, ended: boolean): string {
  const executions = plural(explored, 'execution');
  if (failing > 0)
    return `${ended ? 'This run passes' : 'This run stops before its end'}; ${failing} of ${executions} fail.`;
  if (coverage === 'complete')
    return `None of ${executions} fails: these are all that differ in the order of dependent steps.`;
  return `None of the ${executions} explored fails, but there are more: ${cap ?? 'stopped on request'}.`;
}

/** The failure in one sentence, and the step at which it shows. */
export function failureSentence(
  machine: Machine,
  names: Names,
  failure: Failure,
  { events }: Recording,
): { text: string; step: number } {
  const at = events.findIndex(event => event.failure !== undefined && event.thread === failure.thread);
  const event = events[at];
  if (event === undefined) {
    if (failure.kind === 'deadlock') return { text: deadlock(machine, names), step: events.length - 1 };
    return { text: failure.text ?? failure.kind, step: relevantStep(failure, events) };
  }
  const who = names.thread(event.thread);
  if (event.failure?.text !== undefined) return { text: `${who}: ${event.failure.text}`, step: at };
  const touched = event.touched.find(({ cell }) => names.objectAt(cell)?.base === cell);
  const object = touched === undefined ? 'an object' : names.cell(touched.cell);
  const freed = events.findIndex(e => e.touched.some(t => t.write && t.cell === touched?.cell && t.now === 0));
  const by = freed < 0 ? 'it was freed' : `${names.thread(events[freed]!.thread)} freed it in step ${freed + 1}`;
  const sentences: Partial<Record<FailureKind, string>> = {
    'use-after-free': `${who} uses ${object} after ${by}`,
    'double-free': `${who} frees ${object} again: ${by}`,
    'null-dereference': `${who} goes through a NULL pointer`,
    'out-of-bounds': `${who} reaches beyond the end of an object`,
    'wrong-heap': `${who} gives memory back to an allocator that it is not from`,
    'detached-access': `${who} touches ${object} while it is detached`,
    'unlock-not-held': `${who} unlocks a lock that it does not hold`,
    'negative-count': `${who} drops a reference that nobody has`,
  };
  return { text: sentences[failure.kind] ?? `${who}: ${failure.kind}`, step: at };
}

/** Two accesses of one cell that nothing orders: what the second sees is not defined. */
export function dataRaceSentence(
  names: Names,
  { cell, first, second }: RacingEvents,
  { events }: Recording,
): { text: string; step: number } {
  const does = (step: number): string => {
    const event = events[step]!;
    const write = event.touched.some(touched => touched.cell === cell && touched.write);
    return `${names.thread(event.thread)} ${write ? 'writes' : 'reads'}`;
  };
  return { text: `${does(first)} and ${does(second)} ${names.cell(cell)}, and nothing orders the two`, step: second };
}

/** A wrong end shows where the object was freed, or where the run ends. */
function relevantStep(failure: Failure, events: Recording['events']): number {
  const freed = events.findLastIndex(e => e.touched.some(t => t.write && t.cell === failure.object && t.now === 0));
  return freed >= 0 ? freed : events.length - 1;
}

/** `T1 waits for B, held by T2; T2 waits for A, held by T1`: the cycle first, then who waits behind it. */
function deadlock(machine: Machine, names: Names): string {
  const waiting: string[] = [];
  for (let t = 0; t < machine.threads; t++) {
    const reason = waitReason(machine, names, t);
    if (reason !== undefined) waiting.push(`${names.thread(t)} ${reason}`);
  }
  return waiting.join('; ');
}

/** Two steps that nothing but the schedule orders. */
export interface RacingPair {
  readonly first: number;
  /** Null: a step that never came, because its thread waits for ever. */
  readonly second: number | null;
  /** The thread of the second step. */
  readonly thread: number;
  /** The run with the pair exchanged passes. */
  readonly proved: boolean;
}

/** The machine is used to try other orders, and left somewhere. */
export function racingPair(machine: Machine, judge: Judge, recording: Recording): RacingPair | null {
  const { choices } = recording;
  const pairs = exchanges(machine, recording);
  for (const { order, ...pair } of pairs) {
    const other = record(machine, order, choices, 'finish');
    if (judge.judge(other.log) === null) return { ...pair, proved: true };
  }
  const [last] = pairs;
  return last === undefined ? null : { first: last.first, second: last.second, thread: last.thread, proved: false };
}

type Exchange = Omit<RacingPair, 'proved'> & { readonly order: readonly number[] };

/** The run's races, from the last to the first, each with a schedule in which the second step comes before the first. */
function exchanges(machine: Machine, { log, schedule }: Recording): Exchange[] {
  const found: Exchange[] = [];
  const add = (first: number, second: number | null, thread: number): void => {
    const independent: number[] = [];
    const rest: number[] = [];
    for (let e = first; e < log.length; e++) {
      if (e === second) continue;
      ((second === null || e < second) && !log.before(first, e) ? independent : rest).push(log.thread[e]!);
    }
    found.push({ first, second, thread, order: [...schedule.slice(0, first), ...independent, thread, ...rest] });
  };
  for (let t = 0; t < machine.threads; t++) {
    const until = machine.condition(t);
    if (until === null || machine.enabled(t)) continue;
    for (const first of log.pendingRaces(t, until, machine.waitsFor(t))) add(first, null, t);
  }
  for (let second = log.length - 1; second >= 0; second--) {
    for (let r = log.raceEnd(second) - 1; r >= log.raceBegin(second); r--) {
      add(log.raceFirst[r]!, second, log.thread[second]!);
    }
  }
  // A pair of data accesses says more than which thread came first to a lock.
  const onLocks = ({ first, second }: Exchange): boolean =>
    second !== null && onlyLocks(machine, log.footprints[first]!, log.footprints[second]!);
  return [...found.filter(pair => !onLocks(pair)), ...found.filter(onLocks)];
}

function onlyLocks(machine: Machine, a: readonly number[], b: readonly number[]): boolean {
  return a.every(access => {
    const cell = cellOf(access);
    const shared = b.some(other => cellOf(other) === cell && ((access | other) & WRITE) !== 0);
    return !shared || machine.program.cells[cell]!.format === 'holder';
  });
}

export function why(
  kind: FailureKind,
  sentence: string,
  pair: RacingPair | null,
  label: (step: number) => string,
): string {
  const property = `${title(kind)}: ${sentence}.`;
  if (kind === 'data-race')
    return `${property} The compiler and the processor may then do with both what they like: no lock and no atomic operation is common to them.`;
  if (pair === null) return `${property} No other order of the steps avoids it.`;
  const first = `step ${pair.first + 1}`;
  const second = pair.second === null ? `the step for which T${pair.thread + 1} waits` : `step ${pair.second + 1}`;
  const detail = pair.second === null ? '' : ` (${label(pair.second)})`;
  const proof = pair.proved
    ? `If ${second} came before ${first}, the run passes (checked).`
    : 'Exchanging this pair alone does not make the run pass (checked).';
  return `${property} Nothing but the schedule orders ${first} (${label(pair.first)}) and ${second}${detail}. ${proof}`;
}

/** From the release of a lock or a value to the acquire by another thread, one arrow each. */
export function synchronisation({ log, events }: Recording, names: Names): Arrow[] {
  const released = new Map<number, number>();
  const arrows: Arrow[] = [];
  for (let e = 0; e < log.length; e++) {
    for (const access of log.footprints[e]!) {
      const cell = cellOf(access);
      const from = released.get(cell);
      if (orderOf(access) === 2 && from !== undefined && log.thread[from] !== log.thread[e]) {
        const touched = events[e]!.touched.find(t => t.cell === cell);
        const text = `${names.thread(log.thread[from]!)} hands ${names.cell(cell)} over to ${names.thread(log.thread[e]!)}`;
        if (touched !== undefined) arrows.push({ from, to: e, kind: 'synchronises', text });
      }
      if (orderOf(access) >= 2 && (access & WRITE) !== 0) released.set(cell, e);
    }
  }
  return arrows;
}
