/**
 * The facade: all files of one extension analysed together. Made anew after every edit; what did not change is taken over
 * from caches that hang on the function bodies, so that an edit costs the edited function and those whose summaries it alters.
 */
import type { Op, TranslationUnit } from '../program/model.ts';
import { type AccessIndex, collectAccesses } from './accesses.ts';
import type { BoundHit } from './bounds.ts';
import { ByFunction, type Having } from './by-function.ts';
import type { CallGraph } from './callgraph.ts';
import { FrozenContainers } from './frozen.ts';
import { Lineage } from './lineage.ts';
import { Linker } from './program.ts';
import { propagate } from './propagation.ts';
import { type ReachableSteps, reachableSteps } from './reachable.ts';
import type { Structure } from './structure.ts';
import { summariseAll } from './summarise.ts';
import { Touches } from './touches.ts';
import type { FunctionView } from './view.ts';

export interface AnalysisOptions {
  /** Newest Python version to speak of: `3.14`. Decides which replacements are offered and which APIs are gone. */
  readonly target?: string;
  /** Project functions that may run Python code or detach, and functions that never do. */
  readonly suspending?: readonly string[];
  readonly neverSuspending?: readonly string[];
  /** Project functions that return borrowed references. */
  readonly borrowing?: readonly string[];
  /** Library functions that must not run at once on one handle; `*` at the end matches the rest of a name. */
  readonly threadUnsafe?: readonly string[];
}

/** A call of a named function or through a named pointer. */
export interface Call {
  readonly function: FunctionView;
  readonly step: number;
  readonly name: string;
}

export class Extension {
  readonly linker: Linker;
  readonly structure: Structure;
  readonly options: AnalysisOptions;
  /** All functions that exist in a free-threaded build, in the order of the files. */
  readonly functions: readonly FunctionView[];
  readonly #settled: boolean;
  /** Of a part: what its one function does. There are as many parts as functions, and each is asked for hundreds of names. */
  readonly #own: ReachableSteps | null;
  readonly #byFunction: ByFunction;
  readonly #calls = new Map<string, readonly Call[]>();
  readonly #doing = new Map<Op['kind'], readonly FunctionView[]>();
  #locking: readonly FunctionView[] | null = null;
  #accesses: AccessIndex | null = null;
  #frozen: FrozenContainers | null = null;
  #touches: Touches | null = null;

  /** `lineage`: what earlier analyses of the same files left. `part`: see `part()`. */
  constructor(
    units: readonly TranslationUnit[],
    options: AnalysisOptions = {},
    lineage = new Lineage(),
    part: { readonly whole: Extension; readonly function: FunctionView } | null = null,
  ) {
    this.options = options;
    if (part !== null) {
      this.linker = part.whole.linker;
      this.structure = part.whole.structure;
      this.functions = [part.function];
      this.#own = reachableSteps(part.function.body);
      // One function is asked at once: there is nothing to pass over.
      this.#byFunction = new ByFunction();
      this.#settled = true;
      return;
    }
    this.#own = null;
    this.#byFunction = lineage.byFunction;
    this.linker = new Linker(units, lineage);
    this.structure = lineage.structureOf(this.linker);
    const assumptions = {
      suspending: new Set(options.suspending),
      neverSuspending: new Set(options.neverSuspending),
    };
    const semantics = summariseAll(this.linker, this.structure, assumptions, lineage);
    const { views, settled } = propagate(this.linker, this.structure, semantics, lineage);
    this.functions = views;
    this.#settled = settled;
  }

  /** The extension as if it held this function alone: what rules see that look at one function at a time. */
  part(view: FunctionView): Extension {
    return new Extension([], this.options, undefined, { whole: this, function: view });
  }

  get graph(): CallGraph {
    return this.structure.graph;
  }

  get units(): readonly TranslationUnit[] {
    return this.linker.units;
  }

  /** Calls by the name of what is called (`tp_alloc` for calls through a slot), reachable ones only. */
  callsTo(name: string): readonly Call[] {
    if (this.#own !== null) return this.#own.calls.has(name) ? callsIn(this.functions[0]!, name) : NO_CALLS;
    let calls = this.#calls.get(name);
    if (calls === undefined) {
      const callers = this.structure.shape.callersNaming(name);
      this.#calls.set(name, (calls = callers.flatMap(id => callsIn(this.functions[id]!, name))));
    }
    return calls;
  }

  /**
   * Functions of which `find` finds something, with that. It is asked as by `FunctionView.once`, and of those alone that an edit
   * has changed.
   */
  having<T>(maker: object, find: (view: FunctionView) => readonly T[]): readonly Having<T>[] {
    return this.#byFunction.of(maker, this.functions, find);
  }

  /** Functions with reachable steps of that kind. */
  functionsDoing(kind: Op['kind']): readonly FunctionView[] {
    if (this.#own !== null) return (this.#own.byKind.get(kind) ?? []).length > 0 ? this.functions : NO_FUNCTIONS;
    let found = this.#doing.get(kind);
    if (found === undefined) {
      found = this.having(kindOf(kind), view => view.stepsOf(kind)).map(([view]) => view);
      this.#doing.set(kind, found);
    }
    return found;
  }

  /** Functions that take or give back locks. */
  get locking(): readonly FunctionView[] {
    return (this.#locking ??= this.having(LOCKING, locksOf).map(([view]) => view));
  }

  /** Reads and writes of fields and globals, and which of them race. */
  get accesses(): AccessIndex {
    return (this.#accesses ??= collectAccesses(this.linker, this.graph, this.functions, this.#byFunction));
  }

  /** Containers in fields and globals that never change once they are set up. */
  get frozen(): FrozenContainers {
    return (this.#frozen ??= new FrozenContainers(this.linker, this.accesses));
  }

  /** What functions do to the memory of their arguments. */
  get touches(): Touches {
    return (this.#touches ??= new Touches(view => this.accesses.ofFunction(view), this.functions));
  }

  /** Bounds of the analysis that were reached: what they cut off is unknown. */
  get boundsHit(): readonly BoundHit[] {
    const hits: BoundHit[] = this.#settled ? [] : [{ bound: 'rounds', function: null }];
    for (const view of this.functions) {
      for (const bound of [...view.semantics.origins.hit].sort()) hits.push({ bound, function: view.name });
    }
    return hits;
  }

  /** What to give to `FunctionView.once` where the answer depends on the settings too: one object for equal settings. */
  withSettings(maker: object): object {
    let bySettings = MAKERS.get(maker);
    if (bySettings === undefined) MAKERS.set(maker, (bySettings = new Map()));
    const key = JSON.stringify(this.options);
    let one = bySettings.get(key);
    if (one === undefined) bySettings.set(key, (one = {}));
    return one;
  }

  /** A function by its number in the extension: see `ExtensionFunction`. */
  functionOf(id: number): FunctionView | undefined {
    return this.functions[id];
  }

  /** The extension's function that the step calls by name. */
  calleeOf(view: FunctionView, step: number): FunctionView | undefined {
    return this.functionOf(view.calleeAt(step) ?? -1);
  }

  functionAt(file: string, offset: number): FunctionView | undefined {
    return this.functions.find(view => {
      const { start, body } = view.function.function;
      return view.unit.file === file && start <= offset && offset < start + body.length;
    });
  }
}

const NO_CALLS: readonly Call[] = [];
const NO_FUNCTIONS: readonly FunctionView[] = [];

const LOCKING = {};
const YES: readonly true[] = [true];
const NO: readonly true[] = [];

function locksOf(view: FunctionView): readonly true[] {
  return view.semantics.locks.active ? YES : NO;
}

const KINDS = new Map<Op['kind'], object>();

/** What stands for the question after steps of a kind. */
function kindOf(kind: Op['kind']): object {
  let maker = KINDS.get(kind);
  if (maker === undefined) KINDS.set(kind, (maker = {}));
  return maker;
}

const MAKERS = new WeakMap<object, Map<string, object>>();

function callsIn(view: FunctionView, name: string): Call[] {
  const steps = reachableSteps(view.body).calls.get(name) ?? [];
  return steps.map(step => ({ function: view, step, name }));
}
