/**
 * Where a race begins that is a test and what is done on its strength, or an old value and what takes its place: at the first of
 * the two. That is what both threads come through, and where a lock has to be taken.
 */
import type { Access } from '../../analysis/accesses.ts';
import { definitionsOf } from '../../analysis/definitions.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { dropsReference } from '../../capi/objects.ts';
import type { Place } from '../../program/model.ts';
import { placeOf } from '../../program/values.ts';
import type { Hazard } from '../rule.ts';
import { leads, pathOfPlace } from './guards.ts';
import { otherEnd, placeOfAccess, type RacingAccess } from './pairs.ts';

type Related = Hazard['related'];

/** The end of a race that is told, pointing at where it begins. */
export function windowOf(racing: RacingAccess): ReturnType<typeof otherEnd> & Pick<Hazard, 'where'> {
  return opened(racing, otherEnd(racing));
}

/** Points at where the race begins, and adds the write to what is told beside it. */
export function opened<T extends { readonly related: Related }>(
  { access }: RacingAccess,
  told: T,
): T & Pick<Hazard, 'where'> {
  const { function: view, step } = access;
  const opening = openingOf(access);
  if (opening === null || isOneStatement(view, opening, step)) return told;
  const others = (told.related ?? []).filter(({ at }) => at.function !== view || at.steps[0] !== opening);
  const write = { at: placeOfAccess(access), message: 'What was read may no longer hold when it is written here' };
  return { ...told, where: view.step(opening)!.span, related: [write, ...others] };
}

/**
 * The first read of the place that leads to the write and belongs to it: its outcome decides whether the write is made, or what
 * was read is released.
 */
function openingOf({ function: view, step }: Access): number | null {
  for (const load of view.stepsOf('load')) {
    if (!isSamePlace(view, load, step) || !leads(view, load, step, -1)) continue;
    if (view.usesOf(load).some(use => decides(view, use.step, step) || releases(view, use.step, use.argument)))
      return load;
  }
  return null;
}

/** Both speak of one place, or of one field of what a variable held at the first and may still hold at the second. */
function isSamePlace(view: FunctionView, a: number, b: number): boolean {
  const path = pathOfPlace(view, a);
  if (path === null || path === pathOfPlace(view, b)) return path !== null;
  const [one, other] = [placeAt(view, a), placeAt(view, b)];
  if (one?.kind !== 'field' || other?.kind !== 'field' || one.field !== other.field) return false;
  if (one.base.kind !== 'local' || other.base.kind !== 'local' || one.base.local !== other.base.local) return false;
  const definitions = definitionsOf(view.body);
  const then = definitions.at(a, one.base.local);
  return definitions.at(b, other.base.local).some(definition => then.includes(definition));
}

function placeAt(view: FunctionView, step: number): Place | null {
  const op = view.op(step);
  return op === undefined ? null : placeOf(op);
}

/** One outcome of the branch never comes to the step. */
function decides(view: FunctionView, branch: number, step: number): boolean {
  if (view.op(branch)?.kind !== 'branch') return false;
  const next = view.step(branch)?.next ?? [];
  const leading = next.filter(one => leads(view, one, step, branch));
  return leading.length > 0 && leading.length < next.length;
}

function releases(view: FunctionView, at: number, argument: number): boolean {
  const op = view.op(at);
  return op?.kind === 'call' && argument === 0 && op.callee.name !== null && dropsReference(op.callee.name);
}

/** `Py_CLEAR(x)`, `x = x ? x : make()`. */
function isOneStatement(view: FunctionView, a: number, b: number): boolean {
  const [one, other] = [view.step(a)?.statement, view.step(b)?.statement];
  return one !== undefined && other !== undefined && one.start === other.start && one.end === other.end;
}
