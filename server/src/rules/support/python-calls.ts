/** Calls whose business it is to run Python code, as opposed to those that only may. */
const RUNS_PYTHON =
  /^_?Py(?:Object_(?:Call\w*|Vectorcall\w*|RichCompare\w*|GetAttr\w*|SetAttr\w*|Repr|Str|Hash|IsTrue|GetIter|GetItem|SetItem)|Import_\w+|Iter_Next|Run_\w+|Eval_Eval\w+|File_\w+|Err_WriteUnraisable|Err_Warn\w*|Number_\w+|Sequence_(?:List|Tuple|Fast|Contains))$/;

export function runsPython(name: string): boolean {
  return RUNS_PYTHON.test(name);
}
