/** What calls give back, seen from the caller: summaries of helpers, and what is known of the C API. */
import { callsFactory, isLibraryMaker, resultKind } from '../capi/objects.ts';
import type { Op } from '../program/model.ts';
import type { CalleeMeaning, Returned } from './meaning.ts';
import { parameterOf } from './paths.ts';

export type CallOp = Op & { readonly kind: 'call' };

/** `argument`: one of the arguments itself; `module-state`: the state of the module. */
export type CallResult =
  | Returned
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'module-state' };

const MODULE_STATE =
  /^(?:PyModule_GetState|PyType_GetModuleState|_?PyModule_GetState_DuringGC|PyState_FindModule)$|(?:^|_)(?:get|find|load)_?\w*(?:module)?_?state(?:_by_\w+)?$/i;

/** Calls that return a part of the object that they get. */
const PART_OF_ARGUMENT = /^PyObject_Get(?:Type|Item)Data(?:_DuringGC)?$/;

/** Methods by which smart pointers give out what they hold. */
const HOLDER_METHOD = /(?:^|::)(?:get|release|ptr|borrow|borrow_o|relinquish_ownership|new_reference|obj)$/;

/** `x.get()`, `x.release()` of a C++ object that was made from one pointer: the local that holds it. */
export function heldBy(op: CallOp): number | null {
  const [self] = op.args;
  if (op.args.length !== 1 || self?.kind !== 'address' || self.place.kind !== 'local' || op.callee.name === null)
    return null;
  return HOLDER_METHOD.test(op.callee.name) ? self.place.local : null;
}

export function resultOf(op: CallOp, callee: CalleeMeaning | null): CallResult {
  if (callee?.kind === 'cast') return { kind: 'argument', index: 0 };
  if (callee?.kind === 'project') {
    const { returned } = callee.summary;
    if (returned.kind === 'other' && MODULE_STATE.test(callee.name)) return { kind: 'module-state' };
    if (returned.kind !== 'path') return returned;
    if (returned.path === 'state') return { kind: 'module-state' };
    const index = parameterOf(returned.path);
    return index === null ? returned : { kind: 'argument', index };
  }
  const name = op.callee.name;
  if (name === null) return { kind: 'other' };
  // `allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc); self = alloc(type, 0);`
  if (op.callee.kind === 'pointer' && /(?:^|_)alloc$/.test(name)) return { kind: 'fresh' };
  const kind = resultKind(name);
  if (kind === 'same-as-argument') return { kind: 'argument', index: 0 };
  if (kind !== 'other') return { kind };
  if (MODULE_STATE.test(name)) return { kind: 'module-state' };
  if (isLibraryMaker(name)) return { kind: 'fresh' };
  if (callsFactory(name)) return { kind: 'made' };
  return PART_OF_ARGUMENT.test(name) ? { kind: 'path', path: 'p0>&data' } : { kind: 'other' };
}
