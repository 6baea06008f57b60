/**
 * Where the lock for a handle belongs. A helper that gets the object as an argument is part of what its callers do with it, and a
 * method of an embedded object part of what is done with that: the outermost use is the one to tell.
 */

import type { Extension } from '../../analysis/extension.ts';
import { parameterOf } from '../../analysis/paths.ts';
import { isEntry } from '../../analysis/tuples.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { HandleUse } from './handles.ts';
import { passedAs } from './passed-objects.ts';

export function outermostUses(extension: Extension, uses: Map<string, HandleUse[]>): Map<string, HandleUse[]> {
  const left = withoutInner(extension, uses);
  for (const [key, known] of left) left.set(key, atCallers(extension, known));
  return left;
}

/** Calls that lead from a caller to a helper's use, at most. */
const MAX_CALLS = 4;

function atCallers(extension: Extension, known: readonly HandleUse[]): HandleUse[] {
  const out: HandleUse[] = [];
  const add = (use: HandleUse): void => {
    if (!out.some(one => one.function === use.function && one.step === use.step)) out.push(use);
  };
  for (const use of known) {
    for (const outer of lifted(extension, use, MAX_CALLS)) add(outer);
  }
  return out;
}

function lifted(extension: Extension, use: HandleUse, calls: number): readonly HandleUse[] {
  const { function: view } = use;
  const parameter = parameterOf(use.owner);
  const sites = extension.graph.callersOf[view.id] ?? [];
  const isHelper = view.body.isStatic && view.body.ofClass === undefined && sites.length > 0;
  if (parameter === null || use.locked || !isHelper || calls === 0 || isEntry(extension, view)) return [use];
  return passedAs(parameter, view, extension).flatMap(({ from, step, object, path }) => {
    const locked = from.guard(step, path) !== null;
    const subject = `${from.render(object)}->${use.field}`;
    return lifted(extension, { ...use, function: from, step, owner: path, subject, locked }, calls - 1);
  });
}

/**
 * Methods of an embedded object work on their own members, and their callers on the embedded object: one lock, around what is
 * outermost. What such methods do is left to the uses that lead to them.
 */
function withoutInner(extension: Extension, uses: Map<string, HandleUse[]>): Map<string, HandleUse[]> {
  const outer = new Set(
    [...uses.values()].flatMap(all => all.flatMap(use => (use.isPlain ? `${use.function.id} ${use.step}` : []))),
  );
  const covered = new Map<FunctionView, boolean>();
  const isCovered = (view: FunctionView): boolean => {
    const known = covered.get(view);
    if (known !== undefined) return known;
    covered.set(view, true);
    const sites = view.body.ofClass === undefined ? [] : (extension.graph.callersOf[view.id] ?? []);
    const answer = sites.length > 0 && sites.every(site => isCoveredSite(extension.functions[site.caller]!, site.step));
    covered.set(view, answer);
    return answer;
  };
  const isCoveredSite = (caller: FunctionView, step: number): boolean => {
    if (outer.has(`${caller.id} ${step}`)) return true;
    const op = caller.op(step);
    const [object] = op?.kind === 'call' ? op.args : [];
    if (object === undefined) return false;
    return (caller.path(object, step) === 'p0' && isCovered(caller)) || caller.isExclusive(object, step);
  };
  const left = new Map<string, HandleUse[]>();
  for (const [key, known] of uses) {
    const own = known.filter(use => !use.ofThis || !isCovered(use.function));
    if (own.length > 0) left.set(key, own);
  }
  return left;
}
