/** Ways through the steps of a function. */
import type { FunctionBody } from './model.ts';

/** What can run after the step; itself only if it can run again. */
export function stepsAfter({ steps }: FunctionBody, step: number): ReadonlySet<number> {
  const seen = new Set<number>();
  const waiting = [...(steps[step]?.next ?? [])];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    waiting.push(...(steps[at]?.next ?? []));
  }
  return seen;
}
