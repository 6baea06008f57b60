import { isSameKey } from '../../analysis/additions.ts';
import type { Call } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import {
  type ContainerChange,
  changesAtIndex,
  containerChanges,
  keyOfLookup,
  readsLength,
} from '../../capi/containers.ts';
import { resultKind } from '../../capi/objects.ts';
import type { Op, Value } from '../../program/model.ts';
import { isNull } from '../../program/values.ts';
import { defineRule, type Report } from '../rule.ts';
import { leads, raisesAtOnce } from '../support/guards.ts';
import { producer } from '../support/objects.ts';
import { quote } from '../support/words.ts';

type CallOp = Extract<Op, { kind: 'call' }>;

export const checkThenActContainer = defineRule({
  id: 'check-then-act-container',
  family: 'object-state',
  title: 'Container of others looked into, then changed on the strength of what was found',
  severity: 'lost-update',
  local: true,
  check(extension, report) {
    const seen = new Set<string>();
    for (const [changes, finds] of [
      [containerChanges(), lookupBefore],
      [changesAtIndex(), lengthBefore],
    ] as const) {
      for (const change of changes) {
        for (const call of extension.callsTo(change.name)) consider(report, call, change, finds, seen);
      }
    }
  },
});

type FindCheck = (view: FunctionView, act: number, op: CallOp, change: ContainerChange) => number | null;

function consider(
  report: Report,
  { function: view, step }: Call,
  change: ContainerChange,
  findCheck: FindCheck,
  seen: Set<string>,
): void {
  const op = view.op(step);
  const container = op?.kind === 'call' ? op.args[0] : undefined;
  if (op?.kind !== 'call' || container === undefined || !view.isConcurrent || view.isInitOnly) return;
  const ownership = view.ownership(container, step);
  if (ownership !== 'shared' && ownership !== 'unknown') return;
  const check = findCheck(view, step, op, change);
  if (check === null || isRepeatable(view, op, change, step, check)) return;
  const key = op.args[change.key];
  if (key !== undefined && view.isOfThread(key, step)) return;
  const lock = view.guard(check, view.path(container, check));
  if (lock !== null && view.heldThroughout(lock, check, step)) return;
  const once = `${view.id} ${check}`;
  if (seen.has(once)) return;
  seen.add(once);
  const subject = view.render(container);
  report.at(
    { function: view, steps: [step, check] },
    {
      subject,
      message: messageFor(subject, change),
      confidence:
        lock === null &&
        ownership === 'shared' &&
        !view.isUnreached &&
        !isTakenBack(view, op, change, step) &&
        !isRegistration(view, change, step, check) &&
        !isMadeFromKey(view, op, change, step, check)
          ? 'likely'
          : 'possible',
      related: [{ at: { function: view, steps: [check] }, message: 'What was found here may no longer hold' }],
    },
  );
}

function messageFor(subject: string, { name, value }: ContainerChange): string {
  const remedy = /^_?PyDict/.test(name)
    ? `Use ${value === null ? 'PyDict_Pop()' : 'PyDict_SetDefaultRef()'}, or one lock.`
    : 'Hold one lock around both.';
  return `Another thread can change ${quote(subject)} after it was looked into: one of two updates is lost or fails. ${remedy}`;
}

/**
 * The same function takes the entry out again: a mark of what is being visited, in a container of one walk. Were it shared by
 * two walks, it would mislead them with the GIL as well.
 */
function isTakenBack(view: FunctionView, op: CallOp, change: ContainerChange, step: number): boolean {
  const [container, key] = [op.args[0], op.args[change.key]];
  if (change.value === null || container === undefined || key === undefined) return false;
  const path = view.path(container, step);
  return containerChanges()
    .filter(one => one.value === null)
    .some(removal =>
      view.stepsOf('call').some(at => {
        const call = view.op(at);
        if (call?.kind !== 'call' || call.callee.name !== removal.name || call.args[0] === undefined) return false;
        const removed = call.args[removal.key];
        return (
          removed !== undefined &&
          view.path(call.args[0], at) === path &&
          isSameKey(view, removed, at, key, step) &&
          leads(view, step, at, -1)
        );
      }),
    );
}

/** Entries that the module's own initialisation makes through here too, and of which a second one is refused: made at import. */
function isRegistration(view: FunctionView, { value }: ContainerChange, step: number, check: number): boolean {
  if (value === null || !view.surroundings.contexts.has('init')) return false;
  return view.usesOf(check).some(use => {
    const sides = view.step(use.step)?.next ?? [];
    return sides.some(side => !leads(view, side, step, -1) && raisesAtOnce(view, side));
  });
}

/** What a call made of the key stands for the key: the second is as good as the first, unless somebody changes or compares them. */
function isMadeFromKey(view: FunctionView, op: CallOp, change: ContainerChange, step: number, check: number): boolean {
  const [stored, key] = [change.value === null ? undefined : op.args[change.value], op.args[change.key]];
  const made = stored === undefined ? null : producer(view, stored, step);
  if (stored === undefined || made === null || key === undefined || change.name === 'PyList_Append') return false;
  if (derives(view, stored, step, check, 4)) return false;
  if (made.op.callee.name !== null && resultKind(made.op.callee.name) === 'fresh') return false;
  return made.op.args.some(argument => isSameKey(view, argument, made.step, key, step));
}

/** Storing an equal, unchangeable value twice does no harm, unless it was computed from what was found. */
function isRepeatable(
  view: FunctionView,
  op: CallOp,
  { value, name }: ContainerChange,
  act: number,
  check: number,
): boolean {
  const stored = value === null || name === 'PyList_Append' ? undefined : op.args[value];
  if (stored === undefined || stored.kind === 'null') return false;
  const ownership = view.ownership(stored, act);
  const made = producer(view, stored, act)?.op.callee.name ?? null;
  const fixed =
    ownership === 'immortal' || ownership === 'immutable' || (made !== null && resultKind(made) === 'immutable');
  return fixed && !derives(view, stored, act, check, 4);
}

/** The value was computed from the result of the call `check`: a counter kept in a dict. */
function derives(view: FunctionView, value: Value, step: number, check: number, depth: number): boolean {
  if (depth === 0) return false;
  if (value.kind === 'operation') return value.operands.some(one => derives(view, one, step, check, depth));
  return view.origins(value, step).some(origin => {
    const base = origin.kind === 'element' || origin.kind === 'inside' ? origin.base : origin;
    if (base.kind !== 'call') return false;
    if (base.step === check) return true;
    const made = view.op(base.step);
    return made?.kind === 'call' && made.args.some(one => derives(view, one, base.step, check, depth - 1));
  });
}

/** A look-up of the same key in the same container that decides whether the change is made. */
function lookupBefore(view: FunctionView, act: number, op: CallOp, change: ContainerChange): number | null {
  return lastBefore(view, act, op, (check, step) => {
    const key = check.callee.name === null ? null : keyOfLookup(check.callee.name);
    const [looked, changed] = [key === null ? undefined : check.args[key], op.args[change.key]];
    if (looked === undefined || changed === undefined || !isSameKey(view, looked, step, changed, act)) return false;
    return decides(view, step, act);
  });
}

/** A reading of the list's length that the index of the change was computed from. */
function lengthBefore(view: FunctionView, act: number, op: CallOp, change: ContainerChange): number | null {
  // Putting items at the end is right wherever the end is by now.
  const put = change.value === null ? undefined : op.args[change.value];
  if (put !== undefined && !isNull(put)) return null;
  return lastBefore(view, act, op, (check, step) => {
    if (check.callee.name === null || !readsLength(check.callee.name)) return false;
    return view.usesOf(step).some(use => use.step === act && use.argument === change.key);
  });
}

function lastBefore(
  view: FunctionView,
  act: number,
  op: CallOp,
  accept: (check: CallOp, step: number) => boolean,
): number | null {
  const [container] = op.args;
  if (container === undefined) return null;
  const path = view.path(container, act);
  for (let step = act - 1; step > 0; step--) {
    const check = view.op(step);
    if (check?.kind !== 'call' || check.args[0] === undefined || !view.isReachable(step)) continue;
    if (view.path(check.args[0], step) === path && accept(check, step) && leads(view, step, act, -1)) return step;
  }
  return null;
}

/** The change is made on one side only of a branch on what the look-up gave, or stores something computed from it. */
function decides(view: FunctionView, check: number, act: number): boolean {
  const tests = view.usesOf(check).map(use => use.step);
  for (const out of outputs(view, check)) tests.push(...out);
  return tests.some(at => {
    const [yes, no] = view.op(at)?.kind === 'branch' ? (view.step(at)?.next ?? []) : [];
    return yes !== undefined && no !== undefined && leads(view, yes, act, at) !== leads(view, no, act, at);
  });
}

/** Branches on what the call stored through its arguments: `PyDict_GetItemRef(d, k, &value)`. */
function outputs(view: FunctionView, check: number): number[][] {
  const op = view.op(check);
  if (op?.kind !== 'call') return [];
  return op.args.flatMap(argument => {
    const place = argument.kind === 'address' ? argument.place : null;
    if (place?.kind !== 'local') return [];
    const out: number[] = [];
    view.body.steps.forEach((step, index) => {
      if (
        index > check &&
        step.op.kind === 'branch' &&
        JSON.stringify(step.op.condition).includes(`"local":${place.local}`)
      )
        out.push(index);
    });
    return [out];
  });
}
