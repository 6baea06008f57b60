/** Changes of a container that take nothing out of it. */
import { addsMissing, containerChanges, keyOfLookup } from '../capi/containers.ts';
import type { Value } from '../program/model.ts';
import { nullGuard } from './guards.ts';
import type { FunctionView } from './view.ts';

/** The call puts in only what was looked for before and not found. */
export function isAddition(view: FunctionView, step: number): boolean {
  const op = view.op(step);
  if (op?.kind !== 'call' || op.callee.name === null) return false;
  const { name } = op.callee;
  if (addsMissing(name)) return true;
  const change = containerChanges().find(one => one.name === name && one.value !== null && name.includes('Dict_'));
  if (change === undefined) return false;
  const [container, key] = [op.args[0], op.args[change.key]];
  if (container === undefined || key === undefined) return false;
  return view.stepsOf('call').some(at => {
    const look = view.op(at);
    const index = look?.kind === 'call' && look.callee.name !== null ? keyOfLookup(look.callee.name) : null;
    if (look?.kind !== 'call' || index === null) return false;
    const [where, what] = [look.args[0], look.args[index]];
    return (
      where !== undefined &&
      what !== undefined &&
      view.path(where, at) === view.path(container, step) &&
      isSameKey(view, what, at, key, step) &&
      nullGuard(view, step, view.path({ kind: 'result', step: at }, at)) !== null
    );
  });
}

export function isSameKey(view: FunctionView, a: Value, stepA: number, b: Value, stepB: number): boolean {
  if (a.kind === 'string' || b.kind === 'string')
    return a.kind === 'string' && b.kind === 'string' && a.text === b.text;
  if (a.kind === 'symbol' && b.kind === 'symbol') return a.name === b.name;
  const path = view.path(a, stepA);
  return !path.startsWith('?') && path === view.path(b, stepB);
}
