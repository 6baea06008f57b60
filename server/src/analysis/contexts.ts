/**
 * Top-down: which contexts reach each function, which locks all of its callers hold, and what its parameters are. Starts
 * from optimistic assumptions for functions whose callers are known and gives up what a call site contradicts, so that
 * recursion needs no special case.
 */
import { BOUNDS } from './bounds.ts';
import { EXCLUSIVE_SELF, type SiteStates, stateAt, statesOf } from './call-sites.ts';
import type { CallGraph, CallSite } from './callgraph.ts';
import type { Context, EntryPoint, ParameterRole } from './entries.ts';
import type { HeldLock } from './locks.ts';
import { rootOf } from './paths.ts';
import type { ExtensionFunction, Linker } from './program.ts';
import type { Semantics } from './semantics.ts';
import type { Structure } from './structure.ts';
import { type ParameterState, type Surroundings, sameParameter } from './surroundings.ts';
import { FunctionView } from './view.ts';

/** Entry points named for one function. */
const MAX_NAMED = 4;

/** A function in surroundings that it had for a time, and what its call sites said of their callees then. */
export interface Asked {
  readonly surroundings: Surroundings;
  readonly states: SiteStates;
}

export interface Spread {
  /** By function. */
  readonly surroundings: readonly Surroundings[];
  /** All that was asked on the way, by function: equal answers lead to equal surroundings. */
  readonly asked: readonly (readonly Asked[])[];
  readonly settled: boolean;
}

interface Draft {
  contexts: Set<Context>;
  entryPoints: Set<string>;
  /** Null: no call site seen yet. */
  parameters: (ParameterState | null)[];
  inherited: readonly HeldLock[] | null;
  detached: boolean | null;
}

export function spread(linker: Linker, { graph, entries }: Structure, semantics: readonly Semantics[]): Spread {
  const entering = new Map<number, EntryPoint[]>();
  for (const entry of entries) {
    const list = entering.get(entry.function);
    if (list === undefined) entering.set(entry.function, [entry]);
    else list.push(entry);
  }
  const drafts = linker.functions.map(fn =>
    initial(linker, fn, entering.get(fn.id) ?? [], graph.callersOf[fn.id] ?? []),
  );
  const order = graph.groups.flat().reverse();
  const asked: Asked[][] = drafts.map(() => []);
  // As long as nothing new is said of a function, its view stands.
  const views: (FunctionView | null)[] = drafts.map(() => null);
  const viewOf = (id: number): FunctionView => {
    const surroundings = freeze(drafts[id]);
    const view = new FunctionView(linker.functions[id]!, semantics[id]!, surroundings, linker);
    asked[id]!.push({ surroundings, states: statesOf(view) });
    return view;
  };
  const reached = reachedFrom(graph, drafts);
  // Who has not changed since it was last asked has nothing new to say.
  const waiting = new Uint8Array(drafts.length).fill(1);
  let settled = false;
  for (let round = 0; round < BOUNDS.rounds && !settled; round++) {
    settled = true;
    for (const caller of order) {
      if (waiting[caller] === 0) continue;
      waiting[caller] = 0;
      const sites = graph.callsIn[caller] ?? [];
      if (sites.length === 0) continue;
      const from = (views[caller] ??= viewOf(caller));
      for (const site of sites) {
        // Code that nothing leads to (for another system, say) tells nothing about those whom others call too.
        if (reached.has(site.callee) && !reached.has(caller)) continue;
        const to = drafts[site.callee];
        const named = to?.entryPoints.size;
        const changed = flow(from, site, to);
        if (changed) settled = false;
        if (changed || to?.entryPoints.size !== named) {
          waiting[site.callee] = 1;
          views[site.callee] = null;
        }
        // A site may wait for what others say of locks.
        if (to?.inherited === null) waiting[caller] = 1;
      }
    }
  }
  // What still changes is given up: nothing is known of these callers' locks and objects.
  if (!settled) {
    for (const draft of drafts) giveUp(draft);
    views.fill(null);
  }
  return { surroundings: drafts.map((draft, id) => views[id]?.surroundings ?? freeze(draft)), asked, settled };
}

/** Functions that some entry point leads to. */
function reachedFrom(graph: CallGraph, drafts: readonly Draft[]): ReadonlySet<number> {
  const waiting = drafts.flatMap(({ contexts }, id) => (contexts.size > 0 && !contexts.has('unreached') ? [id] : []));
  const reached = new Set<number>();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    for (const { callee } of graph.callsIn[id] ?? []) waiting.push(callee);
  }
  return reached;
}

function giveUp(draft: Draft): void {
  draft.inherited = [];
  draft.detached = false;
  draft.parameters = draft.parameters.map(state => (state === null ? null : { role: state.role, exclusive: false }));
}

function initial(
  linker: Linker,
  fn: ExtensionFunction,
  entries: readonly EntryPoint[],
  sites: readonly CallSite[],
): Draft {
  const { body } = fn.function;
  const contexts = new Set<Context>(entries.map(entry => entry.context));
  const names = new Set(entries.map(entry => entry.as));
  const calledByOthers = sites.some(site => site.caller !== fn.id);
  if (entries.length === 0 && !calledByOthers) {
    const macro = body.isStatic ? linker.symbols.macroCalling(fn.unit.file, body.name) : null;
    contexts.add(body.isStatic && macro === null ? 'unreached' : 'external');
    if (!body.isStatic) names.add(`\`${body.name}\` is not static and not called in these files`);
    // Functions that macros write out at file scope are not all read.
    else if (macro !== null) names.add(`\`${body.name}\` is called in the macro \`${macro}\``);
  }
  const entered = contexts.size > 0;
  // Methods of C++ classes are called in ways that leave no trace here: virtual ones, templates, bindings.
  const isExported = entries.length === 0 && !body.isStatic && contexts.has('external') && fn.unit.language === 'c';
  // Who enters to destroy or to make the object holds no lock because it needs none.
  const needsLock = [...contexts].some(context => !EXCLUSIVE_SELF.has(context));
  const parameters = Array.from({ length: body.parameters }, (_, index): ParameterState | null => {
    if (entries.length === 0 && !entered) return null;
    if (entries.length > 0 && isConverterStorage(linker, fn, index)) return { role: 'private', exclusive: true };
    const states = entries.map(entry => ofEntry(entry, index));
    const { role, exclusive } = states.length > 0 ? states.reduce(mergeParameter) : isExported ? GIVEN : SHARED;
    return {
      role,
      exclusive: exclusive || ((role === 'shared' || role === 'given') && isCallersOwn(linker, fn, index)),
    };
  });
  return {
    contexts,
    entryPoints: names,
    parameters,
    inherited: needsLock ? heldByAll(entries) : null,
    detached: entered ? false : null,
  };
}

/** What every way in from outside holds. */
function heldByAll(entries: readonly EntryPoint[]): readonly HeldLock[] {
  const [first, ...rest] = entries.map(({ keepsOut }) => keepsOut ?? null);
  if (first === undefined || first === null || rest.some(other => other !== first)) return [];
  return [{ path: `=${first}`, kind: 'flag', member: null, by: `\`${first}\``, step: -1, epoch: 0 }];
}

/**
 * A function that strangers call is given its caller's own variables: arrays of pointers, pointers that it fills
 * (`PyObject **out`), and structs that only ever live on the stack, or as a constant in a function that passes it on itself. What is in
 * them may be known to others.
 */
function isCallersOwn(linker: Linker, { function: { body } }: ExtensionFunction, index: number): boolean {
  const type = body.locals[index]?.type;
  if (type === undefined || type.pointers === 0) return false;
  if (type.pointers + (type.array ? 1 : 0) > 1) return true;
  return linker.struct(type.base)?.isObject === false && !linker.isShareableOutside(type.base);
}

/** Generated wrappers keep what they converted in structs of their own and pass their addresses: `path_t *`, `Py_buffer *`. */
function isConverterStorage(linker: Linker, fn: ExtensionFunction, index: number): boolean {
  const { facts, locals } = fn.function.body;
  const type = locals[index]?.type;
  if (facts.clinic !== true || index === 0 || type === undefined || type.pointers !== 1) return false;
  return type.base === 'Py_buffer' || linker.struct(type.base)?.isObject === false;
}

function ofEntry(entry: EntryPoint, index: number): ParameterState {
  const role = entry.roles[index] ?? 'shared';
  const exclusive = (role === 'self' || role === 'module') && EXCLUSIVE_SELF.has(entry.context);
  return { role, exclusive: exclusive || role === 'private' };
}

function mergeParameter(a: ParameterState, b: ParameterState): ParameterState {
  const owns = a.owns?.filter(slot => b.owns?.includes(slot) === true) ?? [];
  // Who passes NULL has no lock to take here.
  const lock = a.lock === '' ? b.lock : b.lock === '' || a.lock === b.lock ? a.lock : undefined;
  return {
    role: mergeRole(a.role, b.role),
    exclusive: a.exclusive && b.exclusive,
    ...(owns.length > 0 ? { owns } : {}),
    ...(lock === undefined ? {} : { lock }),
  };
}

function mergeRole(a: ParameterRole, b: ParameterRole): ParameterRole {
  if (a === b) return a;
  // Neither of them is of interest to other threads.
  if ((a === 'private' && b === 'immutable') || (a === 'immutable' && b === 'private')) return 'immutable';
  if (a === 'private') return b;
  return b === 'private' ? a : 'shared';
}

function freeze(draft: Draft | undefined): Surroundings {
  return {
    // A copy: what is remembered by its surroundings must not see them grow.
    contexts: new Set(draft?.contexts),
    entryPoints: [...(draft?.entryPoints ?? [])].slice(0, MAX_NAMED),
    parameters: (draft?.parameters ?? []).map(state => state ?? { role: 'private', exclusive: true }),
    inherited: draft?.inherited ?? [],
    detached: draft?.detached ?? false,
  };
}

/** Takes one call site into account; true when the callee's surroundings changed. */
function flow(from: FunctionView, site: CallSite, to: Draft | undefined): boolean {
  const state = to === undefined ? null : stateAt(from, site, to.parameters.length);
  if (to === undefined || state === null) return false;
  let changed = false;
  for (const context of from.surroundings.contexts) {
    if (to.contexts.has(context)) continue;
    to.contexts.add(context);
    changed = true;
  }
  if (to.entryPoints.size < MAX_NAMED) for (const name of from.surroundings.entryPoints) to.entryPoints.add(name);
  const { arguments: given, unshared } = state;
  to.parameters.forEach((before, index) => {
    const here = given[index] ?? SHARED;
    if (before !== null && sameParameter(before, here)) return;
    const after = before === null ? here : mergeParameter(before, here);
    if (before !== null && sameParameter(before, after)) return;
    to.parameters[index] = after;
    changed = true;
  });
  const detached = (to.detached ?? true) && state.detached;
  if (to.detached !== detached) {
    to.detached = detached;
    changed = true;
  }
  const { locks } = state;
  if (locks === null) return changed;
  // An object that only the caller has needs no lock of its own: other call sites say what is held on it.
  if (to.inherited === null && locks.length === 0 && unshared.size > 0) return changed;
  const inherited =
    to.inherited?.filter(lock => unshared.has(rootOf(lock.path)) || locks.some(one => one.path === lock.path)) ?? locks;
  if (to.inherited === null || inherited.length !== to.inherited.length) {
    to.inherited = inherited;
    changed = true;
  }
  return changed;
}

const SHARED: ParameterState = { role: 'shared', exclusive: false };
const GIVEN: ParameterState = { role: 'given', exclusive: false };
