/**
 * The same text in memory of its own. A piece cut out of a string keeps the whole string alive, and what is learnt from a
 * piece outlives the text of its moment by far.
 */
export function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}
