/** Expressions compared as they are written, without white space. */
export function bracketless(expression: string): string {
  return expression.replace(/\s+/g, '');
}
