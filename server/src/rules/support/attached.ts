/** What happens to the thread state in a function, and which calls need it. */
import type { FunctionView } from '../../analysis/view.ts';
import { apiFact } from '../../capi/facts.ts';
import { dropsReference, takesReference } from '../../capi/objects.ts';
import { leads } from './guards.ts';

/** Macros that compute something from a pointer and touch no count: harmless while the object is kept alive. */
const ACCESSOR =
  /_(?:AS_STRING|AS_DOUBLE|AS_LONG|GET_SIZE|GET_LENGTH|GET_ITEM|DATA|KIND|READ|[124]BYTE_DATA|TYPE|SIZE)$/;

/** The call needs an attached thread state. Only names that the table knows: a guess would be worse than a miss. */
export function needsThreadState(name: string): boolean {
  if (dropsReference(name) || takesReference(name)) return true;
  const fact = apiFact(name);
  return (
    fact !== undefined &&
    !fact.okWhileDetached &&
    !fact.macro &&
    !ACCESSOR.test(name) &&
    /^_?Py[A-Z]/.test(name) &&
    !name.startsWith('Py_')
  );
}

/** Steps that attach or detach, by the function that does it; `by` matches its name. */
export function switches(view: FunctionView, kind: 'attach' | 'detach', by: RegExp = /./): number[] {
  return view.stepsOf(kind).filter(step => {
    const op = view.op(step);
    return op?.kind === kind && by.test(op.by);
  });
}

/** Between `PyGILState_Ensure()` and `PyGILState_Release()` of the same function. */
export function insideGilState(view: FunctionView, step: number): boolean {
  return (
    switches(view, 'attach', /PyGILState_Ensure/).some(from => leads(view, from, step, -1)) &&
    switches(view, 'detach', /PyGILState_Release/).some(to => leads(view, step, to, -1))
  );
}
