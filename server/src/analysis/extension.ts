/**
 * The facade: all files of one extension analysed together. Made anew after every edit; what did not change is taken over
 * from caches that hang on the function bodies, so that an edit costs the edited function and those whose summaries it alters.
 */
import type { BuildCondition, Op, Table, TranslationUnit } from '../program/model.ts';
import { type AccessIndex, accessesAsBefore, collectAccesses } from './accesses.ts';
import type { BoundHit } from './bounds.ts';
import type { ByFunction, Having } from './by-function.ts';
import type { CallGraph } from './callgraph.ts';
import { FrozenContainers } from './frozen.ts';
import { nextAnalysis } from './lately.ts';
import { Lineage } from './lineage.ts';
import { Methods } from './methods.ts';
import { Linker } from './program.ts';
import { propagate } from './propagation.ts';
import { type ReachableSteps, reachableSteps } from './reachable.ts';
import type { Answers, State } from './settled.ts';
import type { Structure } from './structure.ts';
import { summariseAll } from './summarise.ts';
import type { Surroundings } from './surroundings.ts';
import { Touches } from './touches.ts';
import type { FunctionView } from './view.ts';
import type { Find, Seen } from './watch.ts';

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
  /** Of each function; the same list as long as none has changed. */
  readonly #surroundings: readonly Surroundings[];
  readonly #byFunction: ByFunction;
  readonly #answers: Answers;
  #standings: readonly object[] | null = null;
  #state: State | null = null;
  #accesses: AccessIndex | null = null;
  #frozen: FrozenContainers | null = null;
  #touches: Touches | null = null;
  #tables: readonly { readonly unit: TranslationUnit; readonly table: Table }[] | null = null;
  readonly #shared = new Map<object, { readonly answer: unknown; readonly seen: Seen }>();
  #methods: Methods | null = null;
  #ofParts: Lineage | null = null;

  /** `lineage`: what earlier analyses of the same files left. `part`: see `part()`. */
  constructor(
    units: readonly TranslationUnit[],
    options: AnalysisOptions = {},
    lineage = new Lineage(),
    part: { readonly whole: Extension; readonly function: FunctionView } | null = null,
  ) {
    this.options = options;
    this.#byFunction = lineage.byFunction;
    this.#answers = lineage.answers;
    if (part !== null) {
      this.linker = part.whole.linker;
      this.structure = part.whole.structure;
      this.functions = [part.function];
      this.#own = reachableSteps(part.function.body);
      this.#surroundings = [];
      this.#settled = true;
      return;
    }
    this.#own = null;
    nextAnalysis();
    this.linker = new Linker(units, lineage);
    this.structure = lineage.structureOf(this.linker);
    const assumptions = {
      suspending: new Set(options.suspending),
      neverSuspending: new Set(options.neverSuspending),
    };
    const semantics = summariseAll(this.linker, this.structure, assumptions, lineage);
    const { views, surroundings, settled } = propagate(this.linker, this.structure, semantics, lineage);
    this.functions = views;
    this.#surroundings = surroundings;
    this.#settled = settled;
  }

  /** The extension as if it held this function alone: what rules see that look at one function at a time. */
  part(view: FunctionView): Extension {
    // One for all: there are as many parts as functions, and what one of them kept is nothing to the next.
    this.#ofParts ??= new Lineage();
    return new Extension([], this.options, this.#ofParts, { whole: this, function: view });
  }

  /**
   * What `ask` answers. It is asked again only when an edit has changed something that it looked at, so the answer must hold no view
   * and nothing of where things stand in their file. `maker` stands for the question, and for what it depends on beside the extension.
   */
  settled<T>(maker: object, ask: () => T): T {
    return this.#answers.of(this, maker, ask);
  }

  /** What `find` finds out about this extension, once: for several that ask the same. */
  shared<T>(maker: object, find: (extension: Extension) => T): T {
    let known = this.#shared.get(maker);
    if (known === undefined) {
      known = this.linker.watch.during(this.functions.length, () => find(this));
      this.#shared.set(maker, known);
    }
    this.linker.watch.note(known.seen);
    return known.answer as T;
  }

  get graph(): CallGraph {
    return this.structure.graph;
  }

  /** All that the files say. Whoever asks for it is asked again after each edit: see `tables` and `includes`. */
  get units(): readonly TranslationUnit[] {
    this.linker.watch.more();
    return this.linker.units;
  }

  get files(): readonly string[] {
    return this.linker.units.map(unit => unit.file);
  }

  /** Who asks speaks of a place outside of functions: nobody notes when such a place moves. */
  placed(): void {
    this.linker.watch.more();
  }

  /** Tables with the files in which they stand. Of these the name and the language stay as they are; the rest moves. */
  get tables(): readonly { readonly unit: TranslationUnit; readonly table: Table }[] {
    return (this.#tables ??= this.linker.units.flatMap(unit => unit.tables.map(table => ({ unit, table }))));
  }

  /** Names of included files, as written. */
  get includes(): readonly string[] {
    return this.linker.units.flatMap(unit => unit.includes);
  }

  /** Conditions of the build anywhere in the files, as written. */
  get conditions(): ReadonlySet<string> {
    return new Set(this.linker.units.flatMap(unit => unit.conditional.map(({ build }) => build.text)));
  }

  /** The conditions of the build around an offset, outermost first. */
  conditionsAt(unit: TranslationUnit, offset: number): BuildCondition[] {
    this.linker.watch.more();
    return unit.conditional.filter(({ span }) => span.start <= offset && offset < span.end).map(({ build }) => build);
  }

  /** What answers about single functions hang on: see `FunctionView.standing`. */
  get standings(): readonly object[] {
    return (this.#standings ??= this.functions.map(view => view.standing));
  }

  /** What answers about all of them hang on. */
  get state(): State {
    const { linker, structure } = this;
    return (this.#state ??= {
      given: JSON.stringify([this.options, this.includes, [...this.conditions]]),
      common: [linker.symbols, linker.world, structure.shape, this.#surroundings],
      standings: this.standings,
    });
  }

  /** Calls by the name of what is called (`tp_alloc` for calls through a slot), reachable ones only. */
  callsTo(name: string): readonly Call[] {
    if (this.#own !== null) return this.#own.calls.has(name) ? callsIn(this.functions[0]!, name) : NO_CALLS;
    const callers = this.structure.callers.of(name);
    this.linker.watch.calls(name);
    return callers.length === 0 ? NO_CALLS : callers.flatMap(id => callsIn(this.functions[id]!, name));
  }

  /**
   * Functions of which `find` finds something, with that. It is asked as by `FunctionView.once`, and of those alone that an edit
   * has changed. It must know nothing of one extension but what it is given.
   */
  having<T>(maker: object, find: Find<T>): readonly Having<T>[] {
    this.linker.watch.question(maker, find);
    const having = this.#byFunction.of(maker, this, view => find(view, this));
    for (const [view] of having) view.look();
    return having;
  }

  /** Functions with reachable steps of that kind. */
  functionsDoing(kind: Op['kind']): readonly FunctionView[] {
    if (this.#own !== null) return (this.#own.byKind.get(kind) ?? []).length > 0 ? this.functions : NO_FUNCTIONS;
    const { maker, find } = doing(kind);
    return this.having(maker, find).map(([view]) => view);
  }

  /** Functions that take or give back locks. */
  get locking(): readonly FunctionView[] {
    if (this.#own !== null) return this.functions.filter(view => view.semantics.locks.active);
    return this.having(LOCKING, locksOf).map(([view]) => view);
  }

  /** Reads and writes of fields and globals, and which of them race. */
  get accesses(): AccessIndex {
    const { linker, graph } = this;
    linker.watch.accesses();
    return (this.#accesses ??= this.#answers.indexed(this, () =>
      collectAccesses(linker, graph, this, this.#byFunction),
    ));
  }

  /** The function has the accesses that it had when they were last collected. */
  accessesAsBefore(id: number): boolean {
    return accessesAsBefore(this.linker, this.functions[id]!, this.#byFunction);
  }

  /** Containers in fields and globals that never change once they are set up. */
  get frozen(): FrozenContainers {
    const { accesses } = this;
    return (this.#frozen ??= new FrozenContainers(this.linker, accesses));
  }

  /** What functions do to the memory of their arguments. */
  get touches(): Touches {
    // What is known of those that call each other depends on who asked first.
    this.linker.watch.more();
    return (this.#touches ??= new Touches(view => this.accesses.ofFunction(view), this.functions));
  }

  /** C++: what calls of methods may run, overriders included. */
  get methods(): Methods {
    // A new method anywhere may override the one that is called.
    this.linker.watch.more();
    return (this.#methods ??= new Methods(this.functions, type => this.linker.structName(type)));
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
    this.linker.watch.more();
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

type Question = { readonly maker: object; readonly find: Find<number> };
const DOING = new Map<Op['kind'], Question>();

/** The question after steps of a kind. */
function doing(kind: Op['kind']): Question {
  let question = DOING.get(kind);
  if (question === undefined) DOING.set(kind, (question = { maker: {}, find: view => view.stepsOf(kind) }));
  return question;
}

const MAKERS = new WeakMap<object, Map<string, object>>();

function callsIn(view: FunctionView, name: string): Call[] {
  const steps = reachableSteps(view.body).calls.get(name) ?? [];
  return steps.map(step => ({ function: view, step, name }));
}
