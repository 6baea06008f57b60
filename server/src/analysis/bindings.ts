/**
 * Process-wide structs that helpers get as an argument: `cache_take(&default_cache)`. A helper of the same file that is called
 * with nothing else works on that global, and its accesses say so. Of a helper that other files may call too, only the caller
 * knows whose memory it is: there the call counts as the accesses that the helper makes, and that is where a lock belongs.
 */
import type { Value } from '../program/model.ts';
import type { Access } from './access.ts';
import type { ByFunction, Standing } from './by-function.ts';
import type { CallGraph } from './callgraph.ts';
import { locksAround } from './collect.ts';
import { enclosingObject, isAbsolute, type Path, parameterOf, parts, rootOf } from './paths.ts';
import type { Linker } from './program.ts';
import { Touches } from './touches.ts';
import type { FunctionView } from './view.ts';

/** The accesses of each function after those of helpers were put where they belong. */
export function attributed(
  linker: Linker,
  graph: CallGraph,
  all: Standing,
  written: ReadonlyMap<FunctionView, readonly Access[]>,
  kept: ByFunction,
): Map<FunctionView, readonly Access[]> {
  const { functions } = all;
  const bindings = new Bindings(linker, graph, functions);
  const touches = new Touches(view => written.get(view) ?? [], functions);
  const through = new Map<FunctionView, Access[]>();
  // Few functions are given structs that are no objects: calls are looked at from their side.
  const targets = kept.of(takesPlainStruct, all, view =>
    !view.isStatic && takesPlainStruct(linker, view) ? [true] : [],
  );
  for (const [target] of targets) {
    const callers = new Set((graph.callersOf[target.id] ?? []).map(site => site.caller));
    for (const id of callers) {
      const view = functions[id]!;
      if (!view.isConcurrent || view.isInitOnly) continue;
      const calls = throughCalls(bindings, touches, view, target);
      const known = through.get(view);
      if (known === undefined) through.set(view, calls);
      else known.push(...calls);
    }
  }
  const out = new Map<FunctionView, readonly Access[]>();
  const accessing = new Set([...written.keys(), ...through.keys()]);
  for (const view of [...accessing].sort((one, other) => one.id - other.id)) {
    const own = written.get(view) ?? [];
    const bound = own.some(access => access.base !== null) ? own.map(access => asBound(bindings, access)) : own;
    const calls = through.get(view) ?? [];
    if (bound.length + calls.length === 0) continue;
    out.set(view, calls.length === 0 ? bound : [...bound, ...calls].sort((one, other) => one.step - other.step));
  }
  return out;
}

/** Only such a parameter is ever bound to a global: see `Bindings`. */
function takesPlainStruct(linker: Linker, { body }: FunctionView): boolean {
  for (let index = 0; index < body.parameters; index++) {
    const type = body.locals[index]?.type;
    if (type !== undefined && linker.struct(type.base)?.isObject === false) return true;
  }
  return false;
}

function asBound(bindings: Bindings, access: Access): Access {
  const root = rootOf(access.base ?? '');
  const parameter = parameterOf(root);
  if (access.base === null || parameter === null) return access;
  const bound = bindings.of(access.function, parameter);
  if (bound === null) return access;
  if (access.function.isStatic) return { ...access, base: `${bound}${access.base.slice(root.length)}` };
  // Only what lies in the struct itself: what it points to is told here.
  return access.base === root ? { ...access, concurrent: false } : access;
}

/** What calls of `target` do to process-wide structs that they hand on. */
function throughCalls(bindings: Bindings, touches: Touches, view: FunctionView, target: FunctionView): Access[] {
  return view
    .once(throughCalls, () => handedOn(view))
    .flatMap(({ step, given }) => {
      if (view.calleeAt(step) !== target.id) return [];
      return given.flatMap(({ argument, index, written }) => {
        const path = bindings.absolute(view, written);
        if (path === null || bindings.of(target, index) === null) return [];
        const base = enclosingObject(path);
        const around = locksAround(view, step, base, () => view.semantics.origins.roots(argument, step), false);
        return touches.of(target).flatMap(({ access, parameter, kind, locks: inside }): Access[] => {
          if (parameter !== index || access === null || access.struct === null) return [];
          const place = { kind: 'field', base: argument, struct: access.struct, field: access.name } as const;
          const locks = new Set([...around, ...inside]);
          return [{ ...access, function: view, step, kind, place, base, concurrent: true, locks }];
        });
      });
    });
}

interface HandedOn {
  readonly step: number;
  readonly given: readonly { readonly argument: Value; readonly index: number; readonly written: Path }[];
}

/** Calls of functions of the extension that get a global or something of a parameter. */
function handedOn(view: FunctionView): HandedOn[] {
  return view.stepsOf('call').flatMap(step => {
    const op = view.op(step);
    if (op?.kind !== 'call' || view.semantics.callee(step)?.kind !== 'project') return [];
    const given = op.args.flatMap((argument, index) => {
      const written = view.path(argument, step);
      return isAbsolute(written) || parameterOf(rootOf(written)) !== null ? [{ argument, index, written }] : [];
    });
    return given.length === 0 ? [] : [{ step, given }];
  });
}

class Bindings {
  readonly #linker: Linker;
  readonly #graph: CallGraph;
  readonly #functions: readonly FunctionView[];
  readonly #known = new Map<string, Path | null>();

  constructor(linker: Linker, graph: CallGraph, functions: readonly FunctionView[]) {
    this.#linker = linker;
    this.#graph = graph;
    this.#functions = functions;
  }

  /** The global (`a:name` its address, `g:name` what it points to) that every caller passes; the first of several. */
  of(view: FunctionView, parameter: number): Path | null {
    const key = `${view.id} ${parameter}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, null);
    const found = this.#find(view, parameter);
    this.#known.set(key, found);
    return found;
  }

  /** The path with a bound parameter's global in its place; null when it doesn't lead to a global. */
  absolute(view: FunctionView, path: Path): Path | null {
    if (isAbsolute(path)) return rootOf(path) === 'state' ? null : path;
    const root = rootOf(path);
    if (parameterOf(root) === null || !view.isStatic) return null;
    const bound = this.of(view, Number(root.slice(1)));
    return bound === null ? null : [bound, ...parts(path).slice(1)].join('>');
  }

  #find(view: FunctionView, parameter: number): Path | null {
    const struct = view.parameterBase(parameter);
    const sites = this.#graph.callersOf[view.id] ?? [];
    if (struct === undefined || sites.length === 0 || this.#linker.struct(struct)?.isObject !== false) return null;
    let found: Path | null = null;
    for (const { caller, step } of sites) {
      const from = this.#functions[caller];
      const op = from?.op(step);
      const argument = op?.kind === 'call' ? op.args[parameter] : undefined;
      if (from === undefined || argument === undefined) return null;
      const path = from.path(argument, step);
      if (from === view && path === `p${parameter}`) continue;
      const bound = this.absolute(from, path) ?? this.#throughCaller(from, path);
      if (bound === null) return null;
      found ??= enclosingObject(bound);
    }
    return found;
  }

  /** A function with callers elsewhere hands on what it got. */
  #throughCaller(from: FunctionView, path: Path): Path | null {
    const parameter = parameterOf(path);
    return parameter === null || from.isStatic ? null : this.of(from, parameter);
  }
}
