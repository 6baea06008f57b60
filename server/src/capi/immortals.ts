/**
 * Calls that give the same object every time, one that no count of references ever frees: who asks twice has made nothing twice.
 * Free-threaded builds only, the ones that we speak of: there interned strings live until the interpreter ends (3.13 and later).
 * From Doc/howto/free-threading-python.rst (immortalization) and Objects/unicodeobject.c, and PEP 683 for the rest.
 */

/** Singletons, whatever is asked for. */
const SINGLETONS = /^(?:Py_GetConstant(?:Borrowed)?|PyBool_FromLong)$/;

/** Of a text that stands in the code. */
const INTERNED = 'PyUnicode_InternFromString';

const INTEGERS = /^PyLong_From(?:(?:Unsigned)?Long(?:Long)?|Size_t|Ssize_t|U?Int(?:32|64))$/;
const SMALLEST = -5;
const LARGEST = 256;

/** `first`: the first argument when it stands in the code, a text (or its name) or a number; null for everything else. */
export function givesImmortal(name: string, first: string | number | null): boolean {
  if (SINGLETONS.test(name)) return true;
  if (typeof first !== 'number') return first !== null && name === INTERNED;
  return name === 'PyTuple_New' ? first === 0 : INTEGERS.test(name) && SMALLEST <= first && first <= LARGEST;
}
