import type { MacroUse } from './model.ts';

/** The same use in a text that has `by` more characters in front of it. */
export function movedUse(use: MacroUse, by: number): MacroUse {
  if (by === 0) return use;
  const move = ({ start, end }: { start: number; end: number }) => ({ start: start + by, end: end + by });
  return { ...use, span: move(use.span), args: use.args.map(move) };
}
