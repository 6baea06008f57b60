/**
 * The harness of one text on another: the same functions on the same objects, with the flagged steps found again by what they
 * do. Where a fix has replaced a step, what it was about is found instead.
 */
import type { Extension } from '../analysis/extension.ts';
import { renderPlace, renderValue } from '../analysis/render.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Op, Place, Value } from '../program/model.ts';
import type { Goal, Plan, ThreadPlan } from '../simulator/translate/model.ts';
import type { Harness, HarnessGoal } from './model.ts';
import type { ExtensionNames } from './names.ts';

export function describeGoals(extension: Extension, goals: readonly Goal[]): HarnessGoal[] {
  return goals.flatMap(goal => {
    const view = functionNamed(extension, goal.file, goal.function);
    const op = view?.op(goal.step);
    return view === undefined || op === undefined ? [] : [{ ...goal, ...signature(view, op) }];
  });
}

/** Null when a function of the harness is no longer there. */
export function planAgain(harness: Harness, extension: Extension, names: ExtensionNames): Plan | null {
  const threads: ThreadPlan[] = [];
  for (const {
    runs,
    function: called,
    objects,
    foreign,
    dying,
    collected,
    action,
    renames,
    reenters,
    drops,
    under,
    field,
  } of harness.threads) {
    if (called === null) {
      if (action !== undefined)
        threads.push({
          kind: 'python',
          action,
          container: objects[0] ?? '',
          ...(under === undefined ? {} : { under }),
          ...(field === undefined ? {} : { field }),
        });
      continue;
    }
    const view = functionNamed(extension, called.file, called.name);
    if (view === undefined) return null;
    const code = names.code(view.function);
    const inner = reenters === undefined ? undefined : functionNamed(extension, reenters.file, reenters.name);
    if (reenters !== undefined && inner === undefined) return null;
    threads.push({
      kind: 'call',
      code,
      runs,
      objects,
      foreign,
      ...(dying === undefined ? {} : { dying }),
      ...(collected === undefined ? {} : { collected }),
      ...(drops === undefined ? {} : { drops }),
      ...(renames === undefined ? {} : { renames }),
      ...(reenters === undefined || inner === undefined
        ? {}
        : { reenters: { code: names.code(inner.function), objects: reenters.objects } }),
    });
  }
  const goals = harness.goals.flatMap(goal => findAgain(extension, goal));
  const { setting, failures, atomic, loneRaces, sliced, focus, everything, decisions } = harness;
  return { threads, goals, setting, flips: [], failures, atomic, loneRaces, sliced, focus, everything, decisions };
}

function findAgain(extension: Extension, goal: HarnessGoal): Goal[] {
  // A fix may move the body of a function to one that a locked wrapper calls.
  const views = [goal.function, `${goal.function}_lock_held`].flatMap(
    name => functionNamed(extension, goal.file, name) ?? [],
  );
  for (const by of ['does', 'about'] as const) {
    const found = views.flatMap(view =>
      view.body.steps.flatMap((step, at) => {
        const own = signature(view, step.op);
        return own[by] !== '' && own[by] === goal[by] ? [{ file: goal.file, function: view.name, step: at }] : [];
      }),
    );
    if (found.length > 0) return found;
  }
  return [];
}

function functionNamed(extension: Extension, file: string, name: string): FunctionView | undefined {
  return extension.functions.find(one => one.unit.file === file && one.name === name);
}

function signature(view: FunctionView, op: Op): { does: string; about: string } {
  const placed = (place: Place): string => renderPlace(view.body, place);
  const valued = (value: Value | undefined): string => (value === undefined ? '' : renderValue(view.body, value));
  switch (op.kind) {
    case 'load':
    case 'store':
    case 'update':
      return { does: `${op.kind} ${placed(op.place)}`, about: placed(op.place) };
    case 'call':
      return {
        does: `call ${op.callee.name ?? ''}(${op.args.map(valued).join(', ')})`,
        about: valued(op.args[0]).replace(/^&/, ''),
      };
    case 'acquire':
    case 'release':
      return { does: `${op.kind} ${op.lock.targets.map(valued).join(', ')}`, about: valued(op.lock.targets[0]) };
    default:
      return { does: '', about: '' };
  }
}
