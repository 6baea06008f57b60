/**
 * Top-down: which contexts reach each function, which locks all of its callers hold, and what its parameters are. Starts
 * from optimistic assumptions for functions whose callers are known and gives up what a call site contradicts, so that
 * recursion needs no special case.
 */
import type { Op } from '../program/model.ts';
import { BOUNDS } from './bounds.ts';
import type { CallGraph, CallSite } from './callgraph.ts';
import { type Context, type EntryPoint, entryPoints, type ParameterRole } from './entries.ts';
import type { HeldLock } from './locks.ts';
import { CALLERS_LOCK } from './locks.ts';
import type { MemberFunctions } from './members.ts';
import type { ParameterState, Surroundings } from './ownership.ts';
import { isAbsolute, relative, rootOf, SOME_OWNER } from './paths.ts';
import type { ExtensionFunction, Linker } from './program.ts';
import type { Semantics } from './semantics.ts';
import { FunctionView, INHERITED_EPOCH } from './view.ts';

/** Entry points named for one function. */
const MAX_NAMED = 4;
/** Contexts in which the object that the entry point got belongs to this call alone. */
const EXCLUSIVE_SELF: ReadonlySet<Context> = new Set(['dealloc', 'clear', 'traverse', 'construction', 'init']);

interface Draft {
  contexts: Set<Context>;
  entryPoints: Set<string>;
  /** Null: no call site seen yet. */
  parameters: (ParameterState | null)[];
  inherited: readonly HeldLock[] | null;
  detached: boolean | null;
}

export function propagate(
  linker: Linker,
  graph: CallGraph,
  members: MemberFunctions,
  semantics: (fn: ExtensionFunction) => Semantics,
): { readonly views: FunctionView[]; readonly settled: boolean } {
  const entries = new Map<number, EntryPoint[]>();
  for (const entry of entryPoints(linker, members)) {
    const list = entries.get(entry.function.id);
    if (list === undefined) entries.set(entry.function.id, [entry]);
    else list.push(entry);
  }
  const drafts = linker.functions.map(fn =>
    initial(linker, fn, entries.get(fn.id) ?? [], graph.callersOf[fn.id] ?? []),
  );
  const order = graph.groups.flat().reverse();
  // As long as nothing new is said of a function, its view stands.
  const views: (FunctionView | null)[] = drafts.map(() => null);
  const view = (fn: ExtensionFunction): FunctionView =>
    (views[fn.id] ??= new FunctionView(fn, semantics(fn), freeze(drafts[fn.id]), linker));
  const reached = reachedFrom(graph, drafts);
  // Who has not changed since it was last asked has nothing new to say.
  const waiting = new Uint8Array(drafts.length).fill(1);
  let settled = false;
  for (let round = 0; round < BOUNDS.rounds && !settled; round++) {
    settled = true;
    for (const caller of order) {
      if (waiting[caller.id] === 0) continue;
      waiting[caller.id] = 0;
      const sites = sitesOf(graph, caller);
      if (sites.length === 0) continue;
      const from = view(caller);
      const states = from.once(flow, () => new Map<number, SiteState>());
      for (const site of sites) {
        // Code that nothing leads to (for another system, say) tells nothing about those whom others call too.
        if (reached.has(site.callee.id) && !reached.has(caller.id)) continue;
        const to = drafts[site.callee.id];
        const named = to?.entryPoints.size;
        const changed = flow(from, states, site, to);
        if (changed) settled = false;
        if (changed || to?.entryPoints.size !== named) {
          waiting[site.callee.id] = 1;
          views[site.callee.id] = null;
        }
        // A site may wait for what others say of locks.
        if (to?.inherited === null) waiting[caller.id] = 1;
      }
    }
  }
  // What still changes is given up: nothing is known of these callers' locks and objects.
  if (!settled) {
    for (const draft of drafts) giveUp(draft);
    views.fill(null);
  }
  return { views: linker.functions.map(view), settled };
}

/** Functions that some entry point leads to. */
function reachedFrom(graph: CallGraph, drafts: readonly Draft[]): ReadonlySet<number> {
  const callees = new Map<number, number[]>();
  for (const { caller, callee } of graph.callersOf.flat()) {
    const list = callees.get(caller.id);
    if (list === undefined) callees.set(caller.id, [callee.id]);
    else list.push(callee.id);
  }
  const waiting = drafts.flatMap(({ contexts }, id) => (contexts.size > 0 && !contexts.has('unreached') ? [id] : []));
  const reached = new Set<number>();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(callees.get(id) ?? []));
  }
  return reached;
}

function giveUp(draft: Draft): void {
  draft.inherited = [];
  draft.detached = false;
  draft.parameters = draft.parameters.map(state => (state === null ? null : { role: state.role, exclusive: false }));
}

const SITES = new WeakMap<CallGraph, Map<number, CallSite[]>>();

function sitesOf(graph: CallGraph, caller: ExtensionFunction): readonly CallSite[] {
  let byCaller = SITES.get(graph);
  if (byCaller === undefined) {
    byCaller = new Map();
    for (const site of graph.callersOf.flat()) {
      const list = byCaller.get(site.caller.id);
      if (list === undefined) byCaller.set(site.caller.id, [site]);
      else list.push(site);
    }
    SITES.set(graph, byCaller);
  }
  return byCaller.get(caller.id) ?? [];
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
  const calledByOthers = sites.some(site => site.caller.id !== fn.id);
  if (entries.length === 0 && !calledByOthers) {
    const macro = body.isStatic ? linker.macroCalling(fn) : null;
    contexts.add(body.isStatic && macro === null ? 'unreached' : 'external');
    if (!body.isStatic) names.add(`\`${body.name}\` is not static and not called in these files`);
    // Functions that macros write out at file scope are not all read.
    else if (macro !== null) names.add(`\`${body.name}\` is called in the macro \`${macro}\``);
  }
  const entered = contexts.size > 0;
  // Who enters to destroy or to make the object holds no lock because it needs none.
  const needsLock = [...contexts].some(context => !EXCLUSIVE_SELF.has(context));
  const parameters = Array.from({ length: body.parameters }, (_, index): ParameterState | null => {
    if (entries.length === 0) return entered ? { role: 'shared', exclusive: false } : null;
    if (isConverterStorage(linker, fn, index)) return { role: 'private', exclusive: true };
    return entries.map(entry => ofEntry(entry, index)).reduce(mergeParameter);
  });
  return {
    contexts,
    entryPoints: names,
    parameters,
    inherited: needsLock ? [] : null,
    detached: entered ? false : null,
  };
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
  return { role: mergeRole(a.role, b.role), exclusive: a.exclusive && b.exclusive };
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

/** No function has more steps: a text is refused long before. */
const MOST_STEPS = 2 ** 24;

/** Takes one call site into account; true when the callee's surroundings changed. */
function flow(from: FunctionView, sites: Map<number, SiteState>, site: CallSite, to: Draft | undefined): boolean {
  if (to === undefined || !from.isReachable(site.step)) return false;
  const op = from.op(site.step);
  if (op?.kind !== 'call') return false;
  let changed = false;
  for (const context of from.surroundings.contexts) {
    if (to.contexts.has(context)) continue;
    to.contexts.add(context);
    changed = true;
  }
  if (to.entryPoints.size < MAX_NAMED) for (const name of from.surroundings.entryPoints) to.entryPoints.add(name);
  // A pointer may lead to functions with more parameters or fewer.
  const key = to.parameters.length * MOST_STEPS + site.step;
  let state = sites.get(key);
  if (state === undefined) sites.set(key, (state = siteState(from, op, site, to.parameters.length)));
  const { arguments: given, unshared } = state;
  to.parameters.forEach((before, index) => {
    const here = given[index] ?? SHARED;
    if (before !== null && before.role === here.role && before.exclusive === here.exclusive) return;
    const after = before === null ? here : mergeParameter(before, here);
    if (before !== null && before.role === after.role && before.exclusive === after.exclusive) return;
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

/** What one call site says of its callee. */
interface SiteState {
  readonly arguments: readonly ParameterState[];
  readonly detached: boolean;
  /** Parameters that get objects which only the caller has. */
  readonly unshared: ReadonlySet<string>;
  /** Locks held, as the callee sees them; null when none is needed here. */
  readonly locks: readonly HeldLock[] | null;
}

const SHARED: ParameterState = { role: 'shared', exclusive: false };

function siteState(
  from: FunctionView,
  op: Op & { readonly kind: 'call' },
  site: CallSite,
  parameters: number,
): SiteState {
  const [object] = op.args;
  const unlocked = needsNoLock(from, object !== undefined && from.isExclusive(object, site.step));
  const held = translate(from, site);
  const given = op.args.slice(0, parameters).map(value => argumentState(from, value, site.step));
  return {
    arguments: given,
    unshared: new Set(
      given.flatMap(({ role, exclusive }, index) => (role === 'private' && exclusive ? [`p${index}`] : [])),
    ),
    detached: from.detachedAt(site.step),
    // What is held all the same is held for another argument.
    locks: unlocked && held.length === 0 ? null : held,
  };
}

/** Call sites during construction, destruction and initialisation hold no lock because they need none. */
function needsNoLock(from: FunctionView, objectIsExclusive: boolean): boolean {
  const { contexts } = from.surroundings;
  if ([...contexts].every(context => EXCLUSIVE_SELF.has(context)) && contexts.size > 0) return true;
  return objectIsExclusive;
}

function argumentState(
  from: FunctionView,
  value: Parameters<FunctionView['isExclusive']>[0],
  step: number,
): ParameterState {
  const exclusive = from.isExclusive(value, step);
  const origins = from.origins(value, step);
  const [origin] = origins;
  if (origins.length === 1 && origin?.kind === 'parameter') {
    const role = from.surroundings.parameters[origin.index]?.role ?? 'shared';
    return { role, exclusive };
  }
  if (exclusive) return { role: 'private', exclusive };
  const ownership = from.ownership(value, step);
  return { role: ownership === 'immutable' || ownership === 'immortal' ? 'immutable' : 'shared', exclusive };
}

/** The caller's locks as seen from the callee's parameters. */
function translate(from: FunctionView, site: CallSite): HeldLock[] {
  const op = from.op(site.step);
  if (op?.kind !== 'call') return [];
  const out: HeldLock[] = [];
  const add = (lock: HeldLock): void => {
    if (!out.some(one => one.path === lock.path)) out.push(lock);
  };
  for (const lock of from.locksAt(site.step)) {
    const seen = { ...lock, step: -1, epoch: INHERITED_EPOCH };
    if (lock.path === CALLERS_LOCK || lock.path.startsWith('=') || isAbsolute(lock.path)) {
      add(seen);
      // A lock in a global struct that is an argument is also a lock in that argument.
      if (!isAbsolute(lock.path)) continue;
    }
    op.args.forEach((argument, index) => {
      const path = relative(lock.path, from.path(argument, site.step));
      if (path !== null && !path.startsWith('='))
        add({ ...seen, path: path === '' ? `p${index}` : `p${index}>${path}` });
      // Found through what is locked, in whatever way: the lock of some owner.
      const isFound = path !== '' && from.semantics.origins.roots(argument, site.step).has(rootOf(lock.path));
      if (isFound) add({ ...seen, path: `p${index}>${SOME_OWNER}` });
    });
  }
  return out;
}
