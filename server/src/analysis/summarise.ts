/** What every function of an extension means, callees before callers. */
import type { CallGraph } from './callgraph.ts';
import { type CalleeMeaning, type Summary, UNKNOWN_SUMMARY } from './meaning.ts';
import { outlineOf } from './outline.ts';
import type { ExtensionFunction, Linker } from './program.ts';
import { type Assumptions, type Semantics, semanticsOf } from './semantics.ts';

/** By function. Members of a cycle see each other with an unknown summary first, then once more. */
export function summariseAll(linker: Linker, graph: CallGraph, assumptions: Assumptions): Semantics[] {
  const out: Semantics[] = [];
  const summaries: Known[] = [];
  const settings = `${[...assumptions.suspending].join()};${[...assumptions.neverSuspending].join()}`;
  const run = (id: number): void => {
    const fn = linker.functions[id]!;
    const resolve = (name: string): CalleeMeaning => meaning(linker, fn, name, summaries);
    const semantics = semanticsOf(fn.function.body, signature(linker, fn, settings, summaries), resolve, assumptions);
    out[id] = semantics;
    summaries[id] = { summary: semantics.summary, text: semantics.summaryText };
  };
  for (const group of graph.groups) {
    for (const id of group) run(id);
    if (group.length > 1) for (const id of group) run(id);
  }
  return out;
}

interface Known {
  readonly summary: Summary;
  readonly text: string;
}

function meaning(
  linker: Linker,
  from: ExtensionFunction,
  name: string,
  summaries: readonly (Known | undefined)[],
): CalleeMeaning {
  const id = linker.symbols.resolve(from.unit.file, name);
  if (id !== undefined) return { kind: 'project', name, summary: summaries[id]?.summary ?? UNKNOWN_SUMMARY };
  return linker.isCast(name) ? { kind: 'cast', name } : { kind: 'outside', name };
}

/** What the names called in a body mean at the moment: equal lists, equal semantics. */
function signature(
  linker: Linker,
  fn: ExtensionFunction,
  settings: string,
  summaries: readonly (Known | undefined)[],
): string[] {
  const parts = [settings];
  const { callees } = outlineOf(fn.function.body);
  for (const [index, id] of linker.symbols.calleesOf(fn.unit.file, fn.function.body).entries()) {
    const name = callees[index]!;
    if (id >= 0) parts.push(name, summaries[id]?.text ?? '?');
    else if (linker.isCast(name)) parts.push(name, 'cast');
  }
  return parts;
}
