/** Calls whose business it is to run Python code, as opposed to those that only may. */
const ANY_CODE =
  /^_?Py(?:Object_(?:Call\w*|Vectorcall\w*|RichCompare\w*|SetAttr\w*|Repr|Str|Hash|IsTrue|SetItem)|Iter_Next|Run_\w+|Eval_Eval\w+)$/;

/** Lookups, imports and conversions: Python code too, but seldom such that changes what the caller works on. */
const LOOKUPS =
  /^_?Py(?:Object_(?:GetAttr\w*|GetIter|GetItem)|Import_\w+|File_\w+|Err_WriteUnraisable|Err_Warn\w*|Number_\w+|Sequence_(?:List|Tuple|Fast|Contains))$/;

/** Code of the user's, which can do anything to the objects at hand. */
export function runsAnyPython(name: string): boolean {
  return ANY_CODE.test(name);
}

/** Anything that enters the interpreter, and so may wait for another thread. */
export function runsPython(name: string): boolean {
  return ANY_CODE.test(name) || LOOKUPS.test(name);
}
