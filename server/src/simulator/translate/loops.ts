/** Where the loops of a function are, by what its branches come back to. */
import type { FunctionBody } from '../../program/model.ts';

const KNOWN = new WeakMap<FunctionBody, Map<number, Loop>>();

interface Loop {
  readonly leaves: number | undefined;
  readonly steps: ReadonlySet<number>;
}

/** The successor of a branch from which it does not come back; undefined when both do or neither does. */
export function leavesLoop(body: FunctionBody, at: number): number | undefined {
  return loopOf(body, at).leaves;
}

/** Steps that run again when the branch at that step stays in its loop. */
export function loopAt(body: FunctionBody, at: number): ReadonlySet<number> {
  return loopOf(body, at).steps;
}

function loopOf(body: FunctionBody, at: number): Loop {
  let known = KNOWN.get(body);
  if (known === undefined) KNOWN.set(body, (known = new Map()));
  let loop = known.get(at);
  if (loop === undefined) known.set(at, (loop = findLoop(body, at)));
  return loop;
}

function findLoop(body: FunctionBody, at: number): Loop {
  const [yes, no] = body.steps[at]?.next ?? [];
  if (yes === undefined || no === undefined) return NO_LOOP;
  const back = distancesTo(body, at);
  const [from, again] = [back.get(yes) ?? Infinity, back.get(no) ?? Infinity];
  // In a loop within a loop both ways come back: the one around the outer loop is the longer.
  if (from === again || Math.min(from, again) === Infinity) return NO_LOOP;
  const [leaves, stays] = from > again ? [yes, no] : [no, yes];
  const steps = new Set<number>();
  const waiting = [stays];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (steps.has(step) || step === at || !back.has(step)) continue;
    steps.add(step);
    waiting.push(...(body.steps[step]?.next ?? []));
  }
  return { leaves, steps };
}

const NO_LOOP: Loop = { leaves: undefined, steps: new Set() };

/** How many steps each step is away from that one; those that are missing do not come to it. */
function distancesTo(body: FunctionBody, to: number): ReadonlyMap<number, number> {
  const before: number[][] = body.steps.map(() => []);
  for (const [at, { next }] of body.steps.entries()) for (const one of next) before[one]?.push(at);
  const found = new Map([[to, 0]]);
  let wave = [to];
  for (let distance = 1; wave.length > 0; distance++) {
    wave = wave.flatMap(at => (before[at] ?? []).filter(from => !found.has(from)));
    for (const at of wave) found.set(at, distance);
    wave = [...new Set(wave)];
  }
  return found;
}
