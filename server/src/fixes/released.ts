/** Whether a piece of code lets go of the reference that a variable has. */

export function isReleasedIn(text: string, name: string): boolean {
  return new RegExp(`\\bPy_(?:X?DECREF|CLEAR)\\s*\\(\\s*(?:\\(PyObject \\*\\)\\s*)?${name}\\s*\\)`).test(text);
}
