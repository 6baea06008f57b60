/** One function as rules see it: its own semantics, and what the rest of the extension adds (contexts, callers' locks, roles). */
import type { Suspends } from '../capi/facts.ts';
import { sharesResult } from '../capi/objects.ts';
import type { FunctionBody, GlobalVariable, Op, Place, Span, Step, TranslationUnit, Value } from '../program/model.ts';
import { definitionsOf, type Use } from './definitions.ts';
import type { Context, ParameterRole } from './entries.ts';
import { flowOf } from './flow.ts';
import type { HeldLock } from './locks.ts';
import { CALLERS_LOCK } from './locks.ts';
import type { Origin } from './origins.ts';
import { coversObject, enclosingObject, type Path } from './paths.ts';
import { birthOf } from './privacy.ts';
import type { ExtensionFunction, Linker } from './program.ts';
import { renderPlace, renderValue } from './render.ts';
import type { Semantics } from './semantics.ts';
import { isNull, placeOf } from './values.ts';

export interface ParameterState {
  readonly role: ParameterRole;
  /** No other thread can use the object during the call: not yet published, or being destroyed. */
  readonly exclusive: boolean;
}

/** What the extension says about a function from outside. */
export interface Surroundings {
  readonly contexts: ReadonlySet<Context>;
  /** How threads get here, for people; at most a few. */
  readonly entryPoints: readonly string[];
  readonly parameters: readonly ParameterState[];
  /** Locks that every caller holds, as paths from the parameters. */
  readonly inherited: readonly HeldLock[];
  /** Every caller has detached its thread state. */
  readonly detached: boolean;
}

/**
 * What an object is to other threads.
 * `private` not visible to them; `arguments` a private tuple, dict or array of possibly shared objects; `immutable` and
 * `immortal` can't change or die; `unknown` the result of a call that may be a new object or a shared one.
 */
export type Ownership = 'private' | 'arguments' | 'immutable' | 'immortal' | 'shared' | 'unknown';

export class FunctionView {
  readonly function: ExtensionFunction;
  readonly semantics: Semantics;
  readonly surroundings: Surroundings;
  readonly #linker: Linker;
  #fieldStores: Map<string, number[]> | null = null;
  readonly #visiting = new Set<string>();

  constructor(fn: ExtensionFunction, semantics: Semantics, surroundings: Surroundings, linker: Linker) {
    this.function = fn;
    this.semantics = semantics;
    this.surroundings = surroundings;
    this.#linker = linker;
  }

  get body(): FunctionBody {
    return this.function.function.body;
  }

  get unit(): TranslationUnit {
    return this.function.unit;
  }

  get name(): string {
    return this.body.qualifiedName;
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

  /** The step can run at all. */
  isReachable(step: number): boolean {
    return (flowOf(this.body).blockOf[step] ?? -1) >= 0;
  }

  /** Can the code run in several threads at once (on globals and on objects that are not its own)? */
  get isConcurrent(): boolean {
    for (const context of this.surroundings.contexts) if (context !== 'init' && context !== 'traverse') return true;
    return false;
  }

  /** Runs in module initialisation and nowhere else. */
  get isInitOnly(): boolean {
    return this.surroundings.contexts.size === 1 && this.surroundings.contexts.has('init');
  }

  /** No entry point leads here: dead code, or called in a way that was not understood. */
  get isUnreached(): boolean {
    return this.surroundings.contexts.size === 1 && this.surroundings.contexts.has('unreached');
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

  suspends(step: number): Suspends {
    return this.semantics.suspends(step);
  }

  global(name: string): { readonly key: string; readonly variable: GlobalVariable } | undefined {
    return this.#linker.global(this.unit.file, name);
  }

  /** Locks held when the step runs, the callers' included. */
  locksAt(step: number): readonly HeldLock[] {
    const own = this.semantics.locks.heldAt(step);
    const { inherited } = this.surroundings;
    return inherited.length === 0 ? own : [...inherited, ...own];
  }

  detachedAt(step: number): boolean {
    return this.surroundings.detached || this.semantics.locks.detachedAt(step);
  }

  /**
   * A lock held at the step that plausibly guards the object: an object lock on it or on what owns it, or any mutex. Rules
   * about one place ask this; rules about pairs compare the two ends' locks instead.
   */
  guard(step: number, object: Path): HeldLock | null {
    const home = enclosingObject(object);
    for (const lock of this.locksAt(step)) {
      if (lock.path === CALLERS_LOCK || lock.kind !== 'critical-section' || lock.path.includes('&')) return lock;
      if (coversObject(lock.path, home)) return lock;
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

  /** Uses of what the step produced, followed through copies to other locals. Bounded by `MAX_USES`. */
  usesOf(step: number): readonly Use[] {
    const definitions = definitionsOf(this.body);
    const out = [...definitions.usesOfResult(step)];
    const seen = new Set<number>();
    for (let at = 0; at < out.length && out.length < MAX_USES; at++) {
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
    return out;
  }

  /** Nobody else can use the object that the value is, now: not published yet, on the stack, or being destroyed. */
  isExclusive(value: Value, step: number): boolean {
    return this.origins(value, step).every(origin => origin.kind === 'constant' || this.#exclusive(origin, step));
  }

  #exclusive(origin: Origin, step: number): boolean {
    switch (origin.kind) {
      case 'stack':
        return true;
      case 'module-state':
        return this.surroundings.parameters.some(({ role, exclusive }) => role === 'module' && exclusive);
      case 'parameter': {
        const state = this.surroundings.parameters[origin.index];
        if (state?.exclusive !== true) return false;
        return state.role !== 'private' || !this.semantics.privacy.isPublished(`p${origin.index}`, step);
      }
      case 'call': {
        const birth = birthOf(origin);
        return birth !== null && !this.semantics.privacy.isPublished(birth, step);
      }
      case 'inside':
      case 'element':
        return this.#exclusive(origin.base, step);
      case 'field':
        return this.#exclusive(origin.base, step) && this.#ownsField(origin, step);
      default:
        return false;
    }
  }

  /**
   * Does an object that only this thread has also have what its field points to for itself? Yes when it is being destroyed,
   * when this function put something private there, and for memory that no shared object can lead to.
   */
  #ownsField(origin: Origin & { readonly kind: 'field' }, step: number): boolean {
    if (origin.base.kind === 'module-state') return true;
    if (origin.base.kind === 'parameter') {
      const role = this.surroundings.parameters[origin.base.index]?.role;
      if (role === 'self' || role === 'module') return true;
    }
    const stores = this.#storesTo(origin);
    if (stores.length > 0) {
      // Fields that are stored into each other in a circle hold nothing else.
      const key = JSON.stringify(origin);
      if (this.#visiting.has(key)) return true;
      this.#visiting.add(key);
      const owned = stores.every(index => {
        const op = this.op(index);
        return op?.kind === 'store' && this.isExclusive(op.value, Math.max(index, step));
      });
      this.#visiting.delete(key);
      return owned;
    }
    const type = origin.struct === null ? undefined : this.#linker.field(origin.struct, origin.field)?.type;
    if (type === undefined || type.pointers === 0) return true;
    return !/^_?Py\w*Object$/.test(type.base) && !this.#linker.isShareable(type.base);
  }

  /** Stores of this function into the same field of the same object. */
  #storesTo(origin: Origin & { readonly kind: 'field' }): readonly number[] {
    if (this.#fieldStores === null) {
      this.#fieldStores = new Map();
      for (let index = 0; index < this.body.steps.length; index++) {
        const op = this.op(index);
        if (op?.kind !== 'store' || op.place.kind !== 'field' || isNull(op.value) || !this.isReachable(index)) continue;
        const list = this.#fieldStores.get(op.place.field);
        if (list === undefined) this.#fieldStores.set(op.place.field, [index]);
        else list.push(index);
      }
    }
    const key = JSON.stringify(origin.base);
    return (this.#fieldStores.get(origin.field) ?? []).filter(index => {
      const op = this.op(index);
      if (op?.kind !== 'store' || op.place.kind !== 'field') return false;
      return this.origins(op.place.base, index).some(base => JSON.stringify(base) === key);
    });
  }

  /** What the object is to other threads when the step runs: the worst of its sources. */
  ownership(value: Value, step: number): Ownership {
    const order: readonly Ownership[] = ['immortal', 'immutable', 'private', 'arguments', 'unknown', 'shared'];
    return this.origins(value, step)
      .map(origin => this.#ownership(origin, step))
      .reduce((worst, one) => (order.indexOf(one) > order.indexOf(worst) ? one : worst), 'immortal');
  }

  #ownership(origin: Origin, step: number): Ownership {
    if (this.#exclusive(origin, step)) return 'private';
    if (origin.kind === 'constant' || origin.kind === 'symbol') return 'immortal';
    if (origin.kind === 'parameter') {
      const role = this.surroundings.parameters[origin.index]?.role ?? 'shared';
      if (role === 'immutable') return 'immutable';
      return role === 'arguments' || role === 'keywords' || role === 'vector' ? 'arguments' : 'shared';
    }
    if (origin.kind === 'unknown') return 'unknown';
    // A private object's field may hold anything.
    if (origin.kind === 'field' && this.#exclusive(origin.base, step)) return 'unknown';
    if (origin.kind !== 'call') return 'shared';
    if (origin.returned.kind === 'immutable') return 'immutable';
    const op = this.op(origin.step);
    const name = op?.kind === 'call' ? op.callee.name : null;
    if (origin.returned.kind === 'shared' || (name !== null && sharesResult(name))) return 'shared';
    return 'unknown';
  }
}

/** Uses of one value that are followed; values used more often are as good as used everywhere. */
const MAX_USES = 400;
/** Epoch of locks that callers hold: whether the section lasts between two steps is looked up. */
export const INHERITED_EPOCH = -1;
