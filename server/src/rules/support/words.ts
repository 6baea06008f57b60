/** Small things that messages need. */
import { apiFact } from '../../capi/facts.ts';

/** Long expressions would push the remedy out of the line. */
const MAX_SUBJECT = 40;

/** An expression in backquotes, shortened in the middle when it is long. */
export function quote(expression: string): string {
  const text = expression.length <= MAX_SUBJECT ? expression : `${expression.slice(0, 26)}…${expression.slice(-12)}`;
  return `\`${text}\``;
}

/** The replacement's call for a message: `PyList_GetItemRef()`. */
export function replacementOf(name: string): string {
  const replacement = apiFact(name)?.replacement;
  return replacement === undefined || replacement === null
    ? 'a call that returns a new reference'
    : `${replacement.name}()`;
}
