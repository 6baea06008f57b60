/** What every function of an extension means, callees before callers. */
import type { Lineage } from './lineage.ts';
import { type CalleeMeaning, UNKNOWN_SUMMARY } from './meaning.ts';
import { outlineOf } from './outline.ts';
import type { ExtensionFunction, Linker } from './program.ts';
import { type Assumptions, type Semantics, semanticsOf } from './semantics.ts';
import type { Structure } from './structure.ts';

/** What the functions meant the last time, and for which structure and settings. */
export interface Summaries {
  readonly shape: object;
  readonly settings: string;
  readonly semantics: readonly Semantics[];
}

/**
 * By function. Members of a cycle see each other with an unknown summary first, then once more. A function means what it meant
 * when neither its body nor what it calls has changed for callers.
 */
export function summariseAll(
  linker: Linker,
  { graph, shape }: Structure,
  assumptions: Assumptions,
  lineage: Lineage,
): readonly Semantics[] {
  const settings = `${[...assumptions.suspending].join()};${[...assumptions.neverSuspending].join()}`;
  const last = lineage.summaries;
  const before = last?.shape === shape && last.settings === settings ? last.semantics : null;
  const out: Semantics[] = before === null ? [] : [...before];
  const summaries: (Semantics | undefined)[] = [...out];
  const waiting = new Uint8Array(linker.functions.length);
  for (const { id, function: fn } of linker.functions) if (before?.[id]?.body !== fn.body) waiting[id] = 1;
  const run = (id: number): void => {
    const fn = linker.functions[id]!;
    const resolve = (name: string): CalleeMeaning => meaning(linker, fn, name, summaries);
    const semantics = semanticsOf(fn.function.body, signature(linker, fn, settings, summaries), resolve, assumptions);
    out[id] = semantics;
    summaries[id] = semantics;
  };
  for (const group of graph.groups) {
    if (!group.some(id => waiting[id] === 1)) continue;
    // What they meant for each other before this run is not known in it.
    for (const id of group) summaries[id] = undefined;
    for (const id of group) run(id);
    if (group.length > 1) for (const id of group) run(id);
    for (const id of group) {
      if (before?.[id]?.summaryText === out[id]!.summaryText) continue;
      for (const { caller } of graph.callersOf[id] ?? []) waiting[caller] = 1;
    }
  }
  lineage.summaries = { shape, settings, semantics: out };
  return out;
}

function meaning(
  linker: Linker,
  from: ExtensionFunction,
  name: string,
  summaries: readonly (Semantics | undefined)[],
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
  summaries: readonly (Semantics | undefined)[],
): string[] {
  const parts = [settings];
  const { callees } = outlineOf(fn.function.body);
  for (const [index, id] of linker.symbols.calleesOf(fn.unit.file, fn.function.body).entries()) {
    const name = callees[index]!;
    if (id >= 0) parts.push(name, summaries[id]?.summaryText ?? '?');
    else if (linker.isCast(name)) parts.push(name, 'cast');
  }
  return parts;
}
