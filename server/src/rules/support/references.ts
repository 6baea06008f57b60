/** Fields and globals that hold references to Python objects, and how code replaces what is in them. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { dropsReference } from '../../capi/objects.ts';
import type { CType, Op } from '../../program/model.ts';
import { isNull } from '../../program/values.ts';
import { nullGuard, pathOfPlace } from './guards.ts';

/** `PyObject *`, `PyTypeObject *`, or a pointer to a struct of the extension that starts with an object head. */
export function isObjectPointer(extension: Extension, type: CType | null): boolean {
  if (type === null || type.pointers !== 1 || type.callable) return false;
  if (/^_?Py\w*Object$/.test(type.base)) return true;
  return extension.linker.struct(type.base)?.isObject === true;
}

const REPLACING = new Set(['Py_CLEAR', 'Py_SETREF', 'Py_XSETREF', '_Py_CLEAR', '_Py_SETREF', '_Py_XSETREF']);

/** The store gives up the old reference: `Py_CLEAR(x)`, or a load of it is dropped around the store. */
export function dropsOldValue(access: Access): boolean {
  return fateOfOldValue(access) === 'dropped';
}

/** Somebody who read the place before may lose the object: it is dropped, handed on, or forgotten for NULL. */
export function takesOldValueAway(access: Access): boolean {
  return fateOfOldValue(access) !== 'kept';
}

type Fate = 'dropped' | 'moved' | 'kept';

function fateOfOldValue({ function: view, step }: Access): Fate {
  const fates = view.once(fateOfOldValue, () => new Map<number, Fate>());
  let fate = fates.get(step);
  if (fate === undefined) fates.set(step, (fate = findFate(view, step)));
  return fate;
}

/** A plain store with no load of the old value beside it fills a place that was empty (or it would leak). */
function findFate(view: FunctionView, step: number): Fate {
  if (REPLACING.has(view.step(step)?.macro ?? '')) return 'dropped';
  const path = pathOfPlace(view, step);
  const store = view.op(step);
  if (store?.kind === 'call') return fateThroughCall(view, step, store);
  if (path === null || store?.kind !== 'store') return 'moved';
  let fate: Fate = isNull(store.value) ? 'moved' : 'kept';
  for (let index = 0; index < view.body.steps.length; index++) {
    if (view.op(index)?.kind !== 'load' || pathOfPlace(view, index) !== path) continue;
    for (const use of view.usesOf(index)) {
      const op = view.op(use.step);
      if (op?.kind === 'call' && use.argument === 0 && op.callee.name !== null && dropsReference(op.callee.name))
        return 'dropped';
      if (use.role === 'returned' && index < step) fate = 'moved';
    }
  }
  return fate;
}

/** A helper that gets the place's address. */
function fateThroughCall(view: FunctionView, step: number, call: Op & { readonly kind: 'call' }): Fate {
  const callee = view.semantics.callee(step);
  // It stores only where it finds what it expects, and that is how an empty place is filled.
  if (call.callee.name !== null && /compare_exchange|CompareExchange|compare_and_swap/.test(call.callee.name))
    return 'kept';
  if (callee?.kind !== 'project') return 'moved';
  const { replacesThrough } = callee.summary;
  return call.args.some((argument, index) => argument.kind === 'address' && replacesThrough.includes(index))
    ? 'dropped'
    : 'kept';
}

/** The store happens only while the place is still NULL: what readers may already hold is never replaced by it. */
export function isFirstFill(access: Access): boolean {
  return initGuard(access) !== null;
}

/** The store puts something into a place that was found empty. */
export function fills(access: Access): boolean {
  const op = access.function.op(access.step);
  return !(op?.kind === 'store' && isNull(op.value)) && initGuard(access) !== null;
}

/** What the store puts there never dies, and whoever fills the place a second time puts the same there: a literal, `Py_None`, an interned string. */
export function storesImmortal({ function: view, step }: Access): boolean {
  const op = view.op(step);
  return op?.kind === 'store' && view.ownership(op.value, step) === 'immortal';
}

/** The branch that found the place NULL before this store fills it. */
export function initGuard(access: Access): number | null {
  const path = pathOfPlace(access.function, access.step);
  return path === null ? null : nullGuard(access.function, access.step, path);
}

/**
 * The module's own initialisation comes through the same test: what is one for the process was filled before other threads could call,
 * unless initialisation takes another way past it.
 */
export function isFilledAtImport(access: Access): boolean {
  return access.function.surroundings.contexts.has('init') && initGuard(access) !== null;
}
