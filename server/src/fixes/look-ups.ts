/** Look-ups that lend a reference, and the calls that hand out a new one in their place. */

export interface LookUp {
  /** The call that hands out a new reference. */
  readonly name: string;
  /** The result comes through a last argument `&result`. */
  readonly out: boolean;
  /** What stands before the call so that errors and misses look as they did: `if (CALL < 0) PyErr_Clear()`. */
  readonly after: 'nothing' | 'clear-error' | 'dead-is-none';
  /** The old call can't fail: the new one needs a way out. */
  readonly unchecked?: boolean;
  /** No released Python has the new call: it needs pythoncapi_compat.h. */
  readonly compat?: boolean;
}

export const LOOK_UPS: ReadonlyMap<string, LookUp> = new Map<string, LookUp>([
  ['PyList_GetItem', { name: 'PyList_GetItemRef', out: false, after: 'nothing' }],
  ['PyList_GET_ITEM', { name: 'PyList_GetItemRef', out: false, after: 'nothing', unchecked: true }],
  ['PyDict_GetItemWithError', { name: 'PyDict_GetItemRef', out: true, after: 'nothing' }],
  ['_PyDict_GetItemWithError', { name: 'PyDict_GetItemRef', out: true, after: 'nothing' }],
  ['PyDict_GetItem', { name: 'PyDict_GetItemRef', out: true, after: 'clear-error' }],
  ['PyDict_GetItemString', { name: 'PyDict_GetItemStringRef', out: true, after: 'clear-error' }],
  ['_PyDict_GetItemStringWithError', { name: 'PyDict_GetItemStringRef', out: true, after: 'nothing' }],
  ['PyDict_SetDefault', { name: 'PyDict_SetDefaultRef', out: true, after: 'nothing' }],
  ['PyImport_AddModule', { name: 'PyImport_AddModuleRef', out: false, after: 'nothing' }],
  ['PyCell_GET', { name: 'PyCell_Get', out: false, after: 'nothing' }],
  ['PyEval_GetLocals', { name: 'PyEval_GetFrameLocals', out: false, after: 'nothing' }],
  ['PyEval_GetGlobals', { name: 'PyEval_GetFrameGlobals', out: false, after: 'nothing' }],
  ['PyEval_GetBuiltins', { name: 'PyEval_GetFrameBuiltins', out: false, after: 'nothing' }],
  ['PySys_GetObject', { name: 'PySys_GetOptionalAttrString', out: true, after: 'clear-error', compat: true }],
  ['PyWeakref_GetObject', { name: 'PyWeakref_GetRef', out: true, after: 'dead-is-none' }],
  ['PyWeakref_GET_OBJECT', { name: 'PyWeakref_GetRef', out: true, after: 'dead-is-none' }],
]);

/** The statements that fill `name`. */
export function taken(call: string, name: string, { after, out }: LookUp, unit: string): string[] {
  if (!out) return [`${name} = ${call};`];
  if (after === 'clear-error') return [`if (${call} < 0) {`, `${unit}PyErr_Clear();`, '}'];
  if (after === 'dead-is-none') return [`if (${call} == 0) {`, `${unit}${name} = Py_NewRef(Py_None);`, '}'];
  return [`(void)${call};`];
}
