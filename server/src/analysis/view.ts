/** One function as rules see it: its own semantics, and what the rest of the extension adds (contexts, callers' locks, roles). */
import type { Suspends } from '../capi/facts.ts';
import type {
  CType,
  FunctionBody,
  GlobalVariable,
  Op,
  Place,
  Span,
  Step,
  TranslationUnit,
  Value,
} from '../program/model.ts';
import { placeOf } from '../program/values.ts';
import { BOUNDS } from './bounds.ts';
import { definitionsOf, type Use } from './definitions.ts';
import { type Flow, flowOf } from './flow.ts';
import { type HeldLock, isMutex } from './lock-state.ts';
import { CALLERS_LOCK } from './locks.ts';
import { isOnceFlag } from './once-flags.ts';
import type { Origin } from './origins.ts';
import { type Owners, type Ownership, ownersOf } from './ownership.ts';
import { coversObject, enclosingObject, type Path, parameterOf } from './paths.ts';
import type { ExtensionFunction, Linker } from './program.ts';
import { reachableSteps } from './reachable.ts';
import { renderPlace, renderValue } from './render.ts';
import type { Semantics } from './semantics.ts';
import type { Slot } from './slots.ts';
import type { Surroundings } from './surroundings.ts';

export class FunctionView {
  /** Number of the function in the extension. */
  readonly id: number;
  /** Where it stands in its file moves with every edit, and is nothing to answer by: see `Extension.settled`. */
  readonly unit: TranslationUnit;
  readonly surroundings: Surroundings;
  readonly #function: ExtensionFunction;
  readonly #semantics: Semantics;
  readonly #linker: Linker;
  readonly #owners: Owners;
  #flow: Flow | null = null;

  constructor(fn: ExtensionFunction, semantics: Semantics, surroundings: Surroundings, linker: Linker) {
    this.id = fn.id;
    this.unit = fn.unit;
    this.#function = fn;
    this.#semantics = semantics;
    this.surroundings = surroundings;
    this.#linker = linker;
    this.#owners = ownersOf(semantics, surroundings, linker.world);
  }

  /** Who asks has looked into the function. All that says something of it comes through here. */
  look(): void {
    this.#linker.watch.functions[this.id] = 1;
  }

  get #asked(): Owners {
    this.look();
    return this.#owners;
  }

  get function(): ExtensionFunction {
    this.look();
    return this.#function;
  }

  get body(): FunctionBody {
    this.look();
    return this.#function.function.body;
  }

  get semantics(): Semantics {
    this.look();
    return this.#semantics;
  }

  /** What the extension knows the function by says nothing that an edit of its text could change: so do the next two. */
  get name(): string {
    return this.#function.function.body.qualifiedName;
  }

  get isStatic(): boolean {
    return this.#function.function.body.isStatic;
  }

  /** The type of a parameter, without pointers and qualifiers. */
  parameterBase(index: number): string | undefined {
    const { parameters, locals } = this.#function.function.body;
    return index < parameters ? locals[index]?.type.base : undefined;
  }

  step(index: number): Step | undefined {
    return this.body.steps[index];
  }

  op(index: number): Op | undefined {
    return this.body.steps[index]?.op;
  }

  /** Absolute span of something in the body. */
  absolute(span: Span): Span {
    const { start } = this.function.function;
    return { start: span.start + start, end: span.end + start };
  }

  spanOf(step: number): Span {
    return this.absolute(this.step(step)?.span ?? { start: 0, end: 0 });
  }

  /** Reachable steps of one kind, in order: cheaper than looking at all steps. */
  stepsOf(kind: Op['kind']): readonly number[] {
    return reachableSteps(this.body).byKind.get(kind) ?? NONE;
  }

  /** The step can run at all. */
  isReachable(step: number): boolean {
    return ((this.#flow ??= flowOf(this.body)).blockOf[step] ?? -1) >= 0;
  }

  /** Can the code run in several threads at once (on globals and on objects that are not its own)? */
  get isConcurrent(): boolean {
    return this.#owners.isConcurrent;
  }

  /** Runs in module initialisation and nowhere else. */
  get isInitOnly(): boolean {
    return this.#owners.only === 'init';
  }

  /** Runs when a signal comes, and at no other time. */
  get isSignalOnly(): boolean {
    return this.#owners.only === 'signal';
  }

  /** No entry point leads here: dead code, or called in a way that was not understood. */
  get isUnreached(): boolean {
    return this.#owners.only === 'unreached';
  }

  render(value: Value): string {
    return renderValue(this.body, value);
  }

  /** The place that a load, store or update speaks of, as written: `self->hits`. */
  renderPlaceOf(step: number): string {
    const op = this.op(step);
    const place = op === undefined ? null : placeOf(op);
    return place === null ? '…' : renderPlace(this.body, place);
  }

  renderPlace(place: Place): string {
    return renderPlace(this.body, place);
  }

  path(value: Value, step: number): Path {
    return this.semantics.origins.path(value, step);
  }

  origins(value: Value, step: number): readonly Origin[] {
    return this.semantics.origins.of(value, step);
  }

  /** Number of the extension's function that the step calls by name. */
  calleeAt(step: number): number | undefined {
    const callee = this.semantics.callee(step);
    return callee?.kind === 'project' ? this.#linker.symbols.resolve(this.unit.file, callee.name) : undefined;
  }

  suspends(step: number): Suspends {
    return this.semantics.suspends(step);
  }

  fieldType(struct: string, field: string): CType | undefined {
    return this.#linker.field(struct, field)?.type;
  }

  global(name: string): { readonly key: string; readonly variable: GlobalVariable } | undefined {
    return this.#linker.global(this.unit.file, name);
  }

  /** Locks held when the step runs, the callers' included. A detached thread has let go of its critical sections. */
  locksAt(step: number): readonly HeldLock[] {
    const all = this.keptOutAt(step);
    return all.some(isOnceFlag) ? all.filter(lock => !isOnceFlag(lock)) : all;
  }

  /** Those, and what keeps out only who sets something up or uses it: see `once-flags.ts`. */
  keptOutAt(step: number): readonly HeldLock[] {
    const held = this.semantics.locks.heldAt(step);
    const own = held.length === 0 ? held : held.map(lock => this.#given(lock));
    const { inherited } = this.surroundings;
    const all = inherited.length === 0 ? own : [...inherited, ...own];
    if (all.length === 0 || !this.detachedAt(step)) return all;
    // A lock that is known by the function's name alone may be of any kind.
    const mayBeMutex = (lock: HeldLock): boolean => lock.path === CALLERS_LOCK && inherited.length === 0;
    return all.filter(lock => lock.kind !== 'critical-section' || mayBeMutex(lock));
  }

  /** A lock that is a parameter is the one that all callers pass. */
  #given(lock: HeldLock): HeldLock {
    const parameter = lock.member === null && isMutex(lock) ? parameterOf(lock.path) : null;
    const member = parameter === null ? undefined : this.surroundings.parameters[parameter]?.lock;
    return member === undefined || member === '' ? lock : { ...lock, member };
  }

  detachedAt(step: number): boolean {
    return this.semantics.locks.detachedAt(step, this.surroundings.detached);
  }

  /**
   * A lock held at the step that plausibly guards the object: an object lock on it or on what owns it, or any mutex. Rules
   * about one place ask this; rules about pairs compare the two ends' locks instead.
   */
  guard(step: number, object: Path): HeldLock | null {
    const home = enclosingObject(object);
    for (const lock of this.locksAt(step)) {
      if (lock.path === CALLERS_LOCK || isMutex(lock) || (lock.kind !== 'flag' && lock.path.includes('&'))) return lock;
      // A flag keeps others out of the object that has it.
      if (coversObject(lock.kind === 'flag' ? enclosingObject(lock.path) : lock.path, home)) return lock;
    }
    return null;
  }

  /** The lock held at `from` is still held at `to`, and nothing between can have suspended it. */
  heldThroughout(lock: HeldLock, from: number, to: number): boolean {
    const find = (step: number): HeldLock | undefined =>
      this.locksAt(step).find(one => one.path === lock.path && one.kind === lock.kind);
    const first = find(from);
    const last = find(to);
    if (first === undefined || last === undefined) return false;
    if (lock.kind !== 'critical-section') return true;
    // What `from` itself suspended was over before it produced anything.
    if (last.epoch === from) return true;
    return first.epoch === last.epoch && (first.epoch !== INHERITED_EPOCH || !this.#suspendedBetween(from, to));
  }

  #suspendedBetween(from: number, to: number): boolean {
    for (let step = from + 1; step < to; step++) {
      const suspends = this.suspends(step);
      if (suspends === 'python' || suspends === 'blocks') return true;
    }
    return false;
  }

  /** Uses of what the step produced, followed through copies to other locals. Bounded by `BOUNDS.uses`. */
  usesOf(step: number): readonly Use[] {
    const definitions = definitionsOf(this.body);
    const out = [...definitions.usesOfResult(step)];
    const seen = new Set<number>();
    for (let at = 0; at < out.length && out.length < BOUNDS.uses; at++) {
      const use = out[at];
      const op = use === undefined ? undefined : this.op(use.step);
      if (
        use === undefined ||
        op?.kind !== 'store' ||
        op.place.kind !== 'local' ||
        use.role !== 'stored' ||
        seen.has(use.step)
      )
        continue;
      seen.add(use.step);
      for (const definition of definitions.all) {
        if (definition.step === use.step) out.push(...definitions.usesOfDefinition(definition));
      }
    }
    if (out.length >= BOUNDS.uses) this.semantics.origins.hit.add('uses');
    return out;
  }

  /**
   * What follows from the function, its surroundings and the extension's structs and globals alone: found out once, and taken
   * over by the views of later texts for which all three are the same. It must hold no view and no absolute span.
   */
  once<T>(maker: object, find: (view: FunctionView) => T): T {
    const { found } = this.#asked;
    if (!found.has(maker)) found.set(maker, find(this));
    return found.get(maker) as T;
  }

  /** The same object as long as `once` remembers. */
  get standing(): object {
    return this.#owners;
  }

  /** Nobody else can use the object that the value is, now: not published yet, on the stack, or being destroyed. */
  isExclusive(value: Value, step: number): boolean {
    return this.#asked.isExclusive(value, step);
  }

  /** Exclusive, or what a class or factory has just given back: as a rule nobody else has got that yet. */
  isJustMade(value: Value, step: number): boolean {
    return this.#asked.isJustMade(value, step);
  }

  /** The value belongs to the thread that runs, and no other thread has an equal one. */
  isOfThread(value: Value, step: number): boolean {
    return this.#asked.isOfThread(value, step);
  }

  /** Slots of what the value points to whose objects only this thread has, too. */
  ownedSlots(value: Value, step: number): readonly Slot[] {
    return this.#asked.ownedSlots(value, step);
  }

  /** What the object is to other threads when the step runs: the worst of its sources. */
  ownership(value: Value, step: number): Ownership {
    return this.#asked.ownership(value, step);
  }
}

const NONE: readonly number[] = [];

/** Epoch of locks that callers hold: whether the section lasts between two steps is looked up. */
export const INHERITED_EPOCH = -1;
