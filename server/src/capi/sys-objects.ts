/** Objects of the `sys` module that the interpreter holds by a reference of its own: who rebinds the name frees nothing. */
const HELD_BY_INTERPRETER: ReadonlySet<string> = new Set(['modules']);

export function isHeldByInterpreter(name: string): boolean {
  return HELD_BY_INTERPRETER.has(name);
}
