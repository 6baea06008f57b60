/**
 * Functions that are given to a library and run at known places only: inside of other calls of that library, in the thread that
 * makes those, or by CPython under a lock of its own.
 */
export interface RunWithin {
  /** Which arguments are such functions. What these get first comes out of what the calls get first. */
  readonly arguments: readonly number[];
  /** The calls that run them. */
  readonly calls: readonly string[];
}

const row = (argument: string, calls: string): RunWithin => ({
  arguments: argument.split(' ').map(Number),
  calls: calls.split(' '),
});

const RUN_WITHIN: ReadonlyMap<string, RunWithin> = new Map([
  // CPython's Include/internal/pycore_hashtable.h: destructors of keys and of values.
  ['_Py_hashtable_new_full', row('2 3', '_Py_hashtable_destroy _Py_hashtable_clear')],
  // GLib, https://docs.gtk.org/glib/ctor.HashTable.new_full.html
  [
    'g_hash_table_new_full',
    row(
      '2 3',
      'g_hash_table_destroy g_hash_table_unref g_hash_table_remove g_hash_table_remove_all g_hash_table_insert g_hash_table_replace',
    ),
  ],
  // GNU Readline, "Alternate Interface": the line is handed over by the call that reads its last character.
  ['rl_callback_handler_install', row('1', 'rl_callback_read_char')],
  // C and POSIX: the array is compared while it is sorted.
  ['qsort', row('3', 'qsort')],
  ['_Py_hashtable_foreach', row('1', '_Py_hashtable_foreach')],
]);

const CALLS: ReadonlySet<string> = new Set([...RUN_WITHIN.values()].flatMap(({ calls }) => calls));

/** The calls within which a function runs that is this argument of a call; null when it may run at any time. */
export function runWithin(callee: string, argument: number): readonly string[] | null {
  const known = RUN_WITHIN.get(callee);
  return known?.arguments.includes(argument) === true ? known.calls : null;
}

/** Calls of this name may run a function that was given away before. */
export function runsGiven(name: string): boolean {
  return CALLS.has(name);
}

/** Variables of CPython that hold a function which it runs in one thread at a time, with what keeps the others out. */
const HOOKS: Readonly<Record<string, string>> = {
  // Parser/myreadline.c calls it under `_PyOS_ReadlineLock`, which is not exported: nobody else can take it.
  PyOS_ReadlineFunctionPointer: 'PyOS_Readline()',
};

export function oneAtATime(variable: string): string | null {
  return Object.hasOwn(HOOKS, variable) ? HOOKS[variable]! : null;
}
