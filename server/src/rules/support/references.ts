/** Fields and globals that hold references to Python objects, and how code replaces what is in them. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { dropsReference } from '../../capi/objects.ts';
import type { CType } from '../../program/model.ts';
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
  const { function: view, step } = access;
  if (REPLACING.has(view.step(step)?.macro ?? '')) return true;
  const path = pathOfPlace(view, step);
  if (path === null) return false;
  return view.body.steps.some((candidate, index) => {
    if (candidate.op.kind !== 'load' || pathOfPlace(view, index) !== path) return false;
    return view.usesOf(index).some(use => {
      const op = view.op(use.step);
      return op?.kind === 'call' && use.argument === 0 && op.callee.name !== null && dropsReference(op.callee.name);
    });
  });
}

/** The store happens only while the place is still NULL: what readers may already hold is never replaced by it. */
export function isFirstFill(access: Access): boolean {
  return initGuard(access) !== null;
}

/** The branch that found the place NULL before this store fills it. */
export function initGuard(access: Access): number | null {
  const path = pathOfPlace(access.function, access.step);
  return path === null ? null : nullGuard(access.function, access.step, path);
}
