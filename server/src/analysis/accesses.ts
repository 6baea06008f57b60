/**
 * Every read and write of a struct field or a global in the extension, and the pairs that race: they can run at the same time,
 * one of them writes, and no lock is common to both.
 */
import type { Value } from '../program/model.ts';
import { type Access, ANY_LOCK, type OwnAccess, sameAccess } from './access.ts';
import { attributed } from './bindings.ts';
import type { ByFunction, Standing } from './by-function.ts';
import type { CallGraph } from './callgraph.ts';
import { AccessCollector } from './collect.ts';
import { sameLists } from './lists.ts';
import { keepApart } from './once-flags.ts';
import type { Linker } from './program.ts';
import { withoutSpoiltFlags } from './spoilt-flags.ts';
import type { FunctionView } from './view.ts';

export type { Access } from './access.ts';

export interface AccessIndex {
  readonly all: readonly Access[];
  /** Those of them that race with any. */
  readonly racing: readonly Access[];
  /** All accesses of one datum. */
  of(key: string): readonly Access[];
  ofFunction(view: FunctionView): readonly Access[];
  /** Functions that have any, in order. */
  readonly functions: readonly FunctionView[];
  at(view: FunctionView, step: number): Access | undefined;
  /** The datum that a value was read from, when it is one field or global: the key of its accesses. */
  sourceOf(view: FunctionView, value: Value, step: number): string | null;
  /** Accesses that race with this one, writes first, then those in other functions. */
  conflicts(access: Access, filter?: (partner: Access) => boolean): readonly Access[];
}

export function collectAccesses(linker: Linker, graph: CallGraph, functions: Standing, kept: ByFunction): AccessIndex {
  const all: Access[] = [];
  const byKey = new Map<string, Access[]>();
  const written = new Map<FunctionView, Access[]>();
  // Lists are kept without their views, which are new after every edit.
  for (const [view, own] of kept.of(AccessCollector, functions, one => ownAccesses(linker, one)))
    written.set(
      view,
      own.map(access => ({ ...access, function: view })),
    );
  const byFunction = withoutSpoiltFlags(attributed(linker, graph, functions, written, kept));
  let racing: Access[] | null = null;
  for (const own of byFunction.values()) {
    for (const access of own) {
      all.push(access);
      const list = byKey.get(access.key);
      if (list === undefined) byKey.set(access.key, [access]);
      else list.push(access);
    }
  }
  return {
    all,
    get racing() {
      return (racing ??= all.filter(access => races(access, byKey.get(access.key) ?? [])));
    },
    of: key => byKey.get(key) ?? [],
    functions: [...byFunction.keys()],
    ofFunction: view => byFunction.get(view) ?? [],
    at: (view, step) => byFunction.get(view)?.find(access => access.step === step),
    sourceOf: (view, value, step) => {
      const origins = view.origins(value, step).filter(origin => origin.kind !== 'constant');
      const [origin] = origins;
      if (origin === undefined || origins.length > 1) return null;
      if (origin.kind === 'global') return `=${view.global(origin.name)?.key ?? origin.name}`;
      if (origin.kind !== 'field') return null;
      const struct = linker.structWith(origin.struct, origin.field);
      return struct === null ? null : `${struct}.${origin.field}`;
    },
    conflicts: (access, filter) => conflictsOf(access, byKey.get(access.key) ?? [], filter),
  };
}

function ownAccesses(linker: Linker, view: FunctionView): readonly OwnAccess[] {
  return new AccessCollector(linker, view).collect();
}

/** The function reads and writes what it did when accesses were last collected, if only in other steps. */
export function accessesAsBefore(linker: Linker, view: FunctionView, kept: ByFunction): boolean {
  const before = kept.before(AccessCollector, view.id) as readonly OwnAccess[] | undefined;
  const now = view.once(AccessCollector, one => ownAccesses(linker, one));
  return before !== undefined && sameLists(before, now, sameAccess);
}

function conflictsOf(
  access: Access,
  others: readonly Access[],
  filter: (partner: Access) => boolean = () => true,
): Access[] {
  if (!access.concurrent) return [];
  const rank = (other: Access): number =>
    (other.kind === 'read' ? 2 : 0) + (other.function === access.function ? 1 : 0);
  return others.filter(other => race(access, other) && filter(other)).sort((a, b) => rank(a) - rank(b));
}

function races(access: Access, others: readonly Access[]): boolean {
  return access.concurrent && others.some(other => race(access, other));
}

function race(a: Access, b: Access): boolean {
  if (!a.concurrent || !b.concurrent || (changesNothing(a) && changesNothing(b)) || (a.atomic && b.atomic))
    return false;
  // Code that nothing leads to meets nobody; what it does itself may matter once something does.
  if (b.function.isUnreached && !a.function.isUnreached) return false;
  // A signal asks nobody for the GIL: its handlers meet each other with it as they do without.
  if (a.function.isSignalOnly && b.function.isSignalOnly) return false;
  return !shareLock(a.locks, b.locks) && !keepApart(a.flags, b.flags);
}

export function changesNothing({ kind, isIdle }: Access): boolean {
  return kind === 'read' || isIdle;
}

function shareLock(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if ((a.has(ANY_LOCK) && b.size > 0) || (b.has(ANY_LOCK) && a.size > 0)) return true;
  for (const lock of a) if (b.has(lock)) return true;
  return false;
}
