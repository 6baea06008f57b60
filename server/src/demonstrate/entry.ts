/** Which functions the threads run, and on what: from the flagged step up to where Python or another library calls in. */
import type { Extension } from '../analysis/extension.ts';
import type { FunctionView } from '../analysis/view.ts';
import { THREAD_STARTERS } from '../capi/blocking.ts';
import type { FunctionBody } from '../program/model.ts';
import type { Goal } from '../simulator/translate/model.ts';

export interface Entry {
  readonly view: FunctionView;
  /** Runs in a thread that C code made, which attaches itself if it does at all. */
  readonly foreign: boolean;
  /** The object that it gets first has just lost its last reference. */
  readonly destroys: boolean;
}

/** Callers between an entry point and the flagged function. */
const HIGHEST = 3;

/** How much of the extension a harness runs. */
export interface Scope {
  /** The flagged function is called by nobody but the threads, however others come to it. */
  readonly direct: boolean;
  /** Only what the flagged steps need is run. */
  readonly sliced: boolean;
}

/** The nearest function from which threads come to this one: itself, when tables name it or nobody here calls it. */
export function entryOf(extension: Extension, view: FunctionView, direct = false): Entry {
  const named = tableTargets(extension);
  let at = view;
  const seen = new Set([at.id]);
  const highest = direct ? 0 : HIGHEST;
  for (let i = 0; i < highest && !named.has(at.id); i++) {
    const callers = (extension.graph.callersOf[at.id] ?? []).flatMap(site => {
      const caller = extension.functionOf(site.caller);
      if (caller === undefined || seen.has(caller.id) || caller.isInitOnly) return [];
      return [{ caller, locks: caller.locksAt(site.step).length, way: named.has(caller.id) ? 0 : 1 }];
    });
    // The one that protects it least is the one to look at, and of those the one from which threads come straight.
    const [least] = callers.sort((a, b) => a.locks - b.locks || a.way - b.way);
    if (least === undefined) break;
    seen.add(least.caller.id);
    at = least.caller;
  }
  const { contexts, entryPoints } = at.surroundings;
  const starts = entryPoints.some(text => Object.keys(THREAD_STARTERS).some(name => text.includes(name)));
  const outside = contexts.has('callback') || contexts.has('external') || contexts.has('unreached');
  return {
    view: at,
    foreign: starts || (outside && !contexts.has('python') && attachesFirst(at.body)),
    destroys: contexts.has('dealloc') && !contexts.has('python'),
  };
}

const TARGETS = new WeakMap<Extension, ReadonlySet<number>>();

function tableTargets(extension: Extension): ReadonlySet<number> {
  const known = TARGETS.get(extension);
  if (known !== undefined) return known;
  const found = new Set<number>();
  for (const unit of extension.units) {
    for (const { entries, kind } of unit.tables) {
      for (const { target } of entries) {
        const fn = target === null ? undefined : extension.linker.resolve(unit.file, target);
        if (fn !== undefined && !(kind === 'callbacks' && isCalledThroughMember(extension, fn.id))) found.add(fn.id);
      }
    }
  }
  TARGETS.set(extension, found);
  return found;
}

/** The extension calls what stands in its table itself: threads come from there. */
function isCalledThroughMember(extension: Extension, id: number): boolean {
  return (extension.graph.callersOf[id] ?? []).some(({ caller, step }) => {
    const op = extension.functionOf(caller)?.op(step);
    return op?.kind === 'call' && op.callee.kind !== 'named';
  });
}

/** The first thing that it does with its thread state is to get one. */
function attachesFirst(body: FunctionBody): boolean {
  const first = body.steps.find(({ op }) => op.kind === 'attach' || op.kind === 'detach');
  return first?.op.kind === 'attach' && /Ensure/.test(first.op.by);
}

export function goalsOf(file: string, name: string | null, steps: readonly number[]): Goal[] {
  return name === null ? [] : steps.map(step => ({ file, function: name, step }));
}
