/**
 * What callers say of functions, taken over after an edit. How it spreads follows from the call graph and from what each function
 * said of its callees whenever it was asked: where an edited function would have said the same each time, all has stayed as it was.
 */
import { sameState, siteKey, stateAt, statesOf } from './call-sites.ts';
import type { CallGraph } from './callgraph.ts';
import { type Asked, type Spread, spread } from './contexts.ts';
import { flowOf } from './flow.ts';
import type { Lineage } from './lineage.ts';
import { sameLists } from './lists.ts';
import type { Linker } from './program.ts';
import type { Semantics } from './semantics.ts';
import type { Structure } from './structure.ts';
import { type Surroundings, sameSurroundings } from './surroundings.ts';
import { FunctionView } from './view.ts';
import type { World } from './world.ts';

/** What spread the last time, and from what. */
export interface Propagation extends Spread {
  readonly shape: object;
  readonly graph: CallGraph;
  readonly world: World;
  readonly semantics: readonly Semantics[];
}

/** Edits that change more functions than this are looked at as a whole. */
const MOST_CHANGED = 50;

export function propagate(
  linker: Linker,
  structure: Structure,
  semantics: readonly Semantics[],
  lineage: Lineage,
): Spread & { readonly views: FunctionView[] } {
  const { propagation: before } = lineage;
  const { shape, graph } = structure;
  const taken = before === null ? null : takenOver(before, linker, structure, semantics);
  const found = taken ?? keeping(before?.surroundings, spread(linker, structure, semantics));
  lineage.propagation = { ...found, shape, graph, world: linker.world, semantics };
  const views = linker.functions.map(fn => new FunctionView(fn, semantics[fn.id]!, found.surroundings[fn.id]!, linker));
  return { ...found, views };
}

/** Most edits after which all has to spread again lead to what was there: then it is the same list. */
function keeping(before: readonly Surroundings[] | undefined, found: Spread): Spread {
  return before !== undefined && sameLists(before, found.surroundings, sameSurroundings)
    ? { ...found, surroundings: before }
    : found;
}

/** Null when something else may spread now. */
function takenOver(
  before: Propagation,
  linker: Linker,
  { shape, graph }: Structure,
  semantics: readonly Semantics[],
): Spread | null {
  if (before.shape !== shape || before.world !== linker.world) return null;
  const changed = semantics.flatMap((one, id) => (one === before.semantics[id] ? [] : [id]));
  if (changed.length > MOST_CHANGED) return null;
  const { surroundings, settled } = before;
  const asked = [...before.asked];
  for (const id of changed) {
    const again = askedAgain(before, linker, graph, id, semantics);
    if (again === null) return null;
    asked[id] = again;
  }
  return { surroundings, asked, settled };
}

/** What the function says now in the surroundings in which it was asked before; null when it says something else. */
function askedAgain(
  before: Propagation,
  linker: Linker,
  graph: CallGraph,
  id: number,
  semantics: readonly Semantics[],
): Asked[] | null {
  const old = before.graph.callsIn[id] ?? [];
  const sites = graph.callsIn[id] ?? [];
  const out: Asked[] = [];
  for (const { surroundings, states } of before.asked[id] ?? []) {
    const view = new FunctionView(linker.functions[id]!, semantics[id]!, surroundings, linker);
    for (const [index, site] of sites.entries()) {
      const earlier = old[index]!;
      const { parameters } = linker.functions[site.callee]!.function.body;
      if (isReachable(before.semantics[id]!, earlier.step) !== view.isReachable(site.step)) return null;
      const said = states.get(siteKey(earlier, parameters));
      // It was not needed, and will not be.
      if (said === undefined) continue;
      const says = stateAt(view, site, parameters);
      if (says === null || !sameState(says, said)) return null;
    }
    out.push({ surroundings, states: statesOf(view) });
  }
  return out;
}

function isReachable({ body }: Semantics, step: number): boolean {
  return (flowOf(body).blockOf[step] ?? -1) >= 0;
}
