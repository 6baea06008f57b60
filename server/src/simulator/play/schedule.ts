/**
 * A run as a string that can be pasted back: the threads in the order of their steps, `1 1 2 2 1`. A step that makes
 * choices says which options it takes: `1:b1`, `2:b0b2`. Choices before a thread's first step stand at that step.
 */
import type { Choices, Machine } from '../machine/machine.ts';

export interface Schedule {
  /** Zero-based threads. */
  readonly threads: readonly number[];
  readonly choices: Choices;
}

/** The run's schedule string; the machine is left at its end. */
export function formatSchedule(machine: Machine, { threads, choices }: Schedule): string {
  machine.restart(choices);
  const named = machine.program.threads.map(() => 0);
  const words: string[] = [];
  for (const t of threads) {
    machine.step(t);
    const made = machine.choicesMade(t);
    let word = `${t + 1}`;
    for (let i = named[t]!; i < made; i++) word += `${i === named[t]! ? ':' : ''}b${choices[t]?.[i] ?? 0}`;
    named[t] = made;
    words.push(word);
  }
  return words.join(' ');
}

/** Null when the text is not a schedule for so many threads. */
export function parseSchedule(text: string, threadCount: number): Schedule | null {
  const threads: number[] = [];
  const choices: number[][] = Array.from({ length: threadCount }, () => []);
  for (const word of text.trim().split(/[\s,]+/)) {
    const match = /^T?(\d{1,2})(?::((?:b\d{1,3})+))?$/.exec(word);
    if (match === null) return null;
    const t = Number(match[1]) - 1;
    if (t < 0 || t >= threadCount) return null;
    threads.push(t);
    for (const option of (match[2] ?? '').split('b').filter(Boolean)) choices[t]!.push(Number(option));
  }
  return { threads, choices };
}
