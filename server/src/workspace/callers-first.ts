/** In which order findings are cured: where a function locks around its calls of another, that one may need no lock of its own. */
import type { FunctionBody } from '../program/model.ts';
import type { ReadFile } from './core.ts';
import type { ReportedFinding } from './service.ts';

export type Order = (findings: readonly ReportedFinding[]) => readonly ReportedFinding[];

/** Findings in callers before those in what they call, and else as they were. */
export function callersFirst(files: readonly ReadFile[]): Order {
  const bodies = files.flatMap(({ unit }) => unit.functions.map(({ body }) => body));
  const ranks = ranksOf(bodies);
  const rank = ({ site }: ReportedFinding): number =>
    ranks.get((site.function ?? '').replace(/_lock_held$/, '')) ?? Number.POSITIVE_INFINITY;
  return findings => [...findings].sort((a, b) => rank(a) - rank(b) || 0);
}

/** A number for each function, smaller than those of the functions that it calls, where they do not call one another in a circle. */
function ranksOf(bodies: readonly FunctionBody[]): Map<string, number> {
  const called = new Map(bodies.map(body => [body.qualifiedName, calleesOf(body)]));
  const callers = new Map<string, Set<string>>();
  for (const [name, callees] of called) {
    for (const callee of callees)
      if (callee !== name && called.has(callee)) callers.set(callee, (callers.get(callee) ?? new Set()).add(name));
  }
  const ranks = new Map<string, number>();
  const waiting = new Set(called.keys());
  for (let rank = 0; waiting.size > 0; rank++) {
    const free = [...waiting].filter(name => [...(callers.get(name) ?? [])].every(caller => !waiting.has(caller)));
    // A circle is entered where the text begins it.
    for (const name of free.length > 0 ? free : [...waiting].slice(0, 1)) {
      ranks.set(name, rank);
      waiting.delete(name);
    }
  }
  return ranks;
}

function calleesOf({ steps }: FunctionBody): Set<string> {
  return new Set(steps.flatMap(({ op }) => (op.kind === 'call' && op.callee.kind === 'named' ? [op.callee.name] : [])));
}
