/**
 * Where the threads of a harness come in: at the flagged function, and at those that collide with it by what the finding says
 * and what the analysis knows.
 */
import type { Extension } from '../analysis/extension.ts';
import type { HeldLock } from '../analysis/locks.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Goal } from '../simulator/translate/model.ts';
import { type Entry, entryOf, goalsOf, type Scope } from './entry.ts';
import { isFree, runsOnce } from './given.ts';
import type { DemonstratedFinding } from './model.ts';

export interface End {
  readonly entry: Entry;
  readonly goals: readonly Goal[];
}

const MOST_SIBLINGS = 3;

/** The end that the finding stands at. */
export function ownEnd(extension: Extension, { site }: DemonstratedFinding, view: FunctionView, scope: Scope): End {
  return { entry: entryOf(extension, view, scope.direct), goals: goalsOf(site.file, site.function, site.steps) };
}

/** The ends that it may collide with, the likeliest first. */
export function otherEnds(
  extension: Extension,
  { site, other, related }: DemonstratedFinding,
  view: FunctionView,
  { direct }: Scope,
): readonly End[] {
  const ends: End[] = [];
  const add = (one: FunctionView | undefined, steps: readonly number[]): void => {
    if (one === undefined || one.isInitOnly || !one.isConcurrent || runsOnce(one)) return;
    const goals = goalsOf(one.unit.file, one.name, steps);
    const entry = entryOf(extension, one, direct && isFree(one));
    const known = ends.find(end => end.entry.view === entry.view);
    if (known === undefined) ends.push({ entry, goals });
    else ends[ends.indexOf(known)] = { entry, goals: [...known.goals, ...goals] };
  };
  if (other !== undefined)
    add(
      extension.functions.find(one => one.unit.file === other.file && one.name === other.function),
      other.steps,
    );
  for (const step of site.steps) {
    const access = extension.accesses.at(view, step);
    if (access === undefined) continue;
    for (const partner of extension.accesses.conflicts(access)) add(partner.function, [partner.step]);
  }
  for (const step of site.steps) {
    const key = extension.accesses.at(view, step)?.key;
    // Under a common lock they do not collide, unless the lock is given up in between.
    const writers =
      key === undefined ? [] : extension.accesses.of(key).filter(one => one.kind !== 'read' && one.concurrent);
    for (const writer of writers) add(writer.function, [writer.step]);
  }
  for (const step of site.steps) for (const taker of takers(extension, view, step)) add(taker.view, [taker.step]);
  for (const { file, span } of related) {
    const one = extension.functionAt(file, span.start);
    const steps = one?.body.steps.flatMap((_, i) => (one.spanOf(i).start === span.start ? [i] : [])) ?? [];
    add(one, steps);
  }
  return ends.slice(0, MOST_SIBLINGS);
}

/** Where other functions take the native locks that are held at the step. */
function takers(extension: Extension, view: FunctionView, step: number): { view: FunctionView; step: number }[] {
  const nameOf = ({ member, path }: HeldLock): string => member ?? path;
  const held = new Set(
    view
      .locksAt(step)
      .filter(lock => lock.kind === 'native')
      .map(nameOf),
  );
  if (held.size === 0) return [];
  return extension.functions.flatMap(other =>
    other === view
      ? []
      : other.stepsOf('acquire').flatMap(at => {
          const after = other.step(at)?.next[0] ?? at;
          const takes = other.locksAt(after).some(lock => lock.step === at && held.has(nameOf(lock)));
          return takes ? [{ view: other, step: at }] : [];
        }),
  );
}
