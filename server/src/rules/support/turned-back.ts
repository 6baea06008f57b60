/** Fields that a function sets for the time of a call and sets back afterwards: `self->busy = 1; work(); self->busy = 0;`. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { truthOf } from '../../program/values.ts';
import { isNumeric } from './globals.ts';
import { leads, pathOfPlace } from './guards.ts';
import { initGuard } from './references.ts';

export interface TurnedBack {
  readonly set: Access;
  readonly back: Access;
  /** The branch that found the field clear and goes another way when it is not; null when the field is set in any case. */
  readonly test: number | null;
}

/** All of them, once for each field and function, in fields of objects that other threads can use. */
export function* turnedBack(extension: Extension): Iterable<TurnedBack> {
  for (const view of extension.accesses.functions) {
    if (!view.isConcurrent || view.isInitOnly) continue;
    const writes = extension.accesses
      .ofFunction(view)
      .filter(one => one.kind === 'write' && one.struct !== null && one.concurrent && !one.atomic && isNumber(one));
    if (writes.length < 2) continue;
    const seen = new Set<string>();
    for (const set of writes) {
      const name = `${set.key} ${set.base}`;
      if (seen.has(name)) continue;
      const back = writes.find(one => one.key === set.key && one.base === set.base && isWayBack(view, set, one));
      if (back === undefined) continue;
      seen.add(name);
      yield { set, back, test: entryTest(view, set, back) };
    }
  }
}

/** `if (self->busy) return NULL;` before it is set: who finds it set never comes to where it is cleared. */
function entryTest(view: FunctionView, set: Access, back: Access): number | null {
  const test = initGuard(set);
  if (test === null) return null;
  const sides = (view.step(test)?.next ?? []).filter(next => leads(view, next, back.step, test));
  return sides.length === 1 ? test : null;
}

function isNumber({ function: view, step, type }: Access): boolean {
  return view.op(step)?.kind === 'store' && type !== null && type.pointers === 0 && !type.array && isNumeric(type);
}

/** The second store puts back what was there: the value read before, or off after on. */
function isWayBack(view: FunctionView, set: Access, back: Access): boolean {
  if (set.step >= back.step) return false;
  const [one, other] = [view.op(set.step), view.op(back.step)];
  if (one?.kind !== 'store' || other?.kind !== 'store' || one.place.kind !== 'field') return false;
  // What a call returned may well be new.
  if (view.ownership(one.place.base, set.step) !== 'shared') return false;
  const isSwitch = truthOf(one.value) === true && truthOf(other.value) === false;
  const isOld = view.path(other.value, back.step) === pathOfPlace(view, set.step);
  return (isSwitch || isOld) && isCalledBetween(view, set.step, back.step);
}

function isCalledBetween(view: FunctionView, from: number, to: number): boolean {
  return view
    .stepsOf('call')
    .some(
      call =>
        from < call &&
        call < to &&
        view.suspends(call) !== 'no' &&
        leads(view, from, call, to) &&
        leads(view, call, to, from),
    );
}
