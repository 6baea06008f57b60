/** Who else can see an object, or use it, at a step of a function. */
import { givesImmortal } from '../capi/immortals.ts';
import { belongsToThread, makesTuples, sharesResult, takesFromTuple } from '../capi/objects.ts';
import type { Op, Value } from '../program/model.ts';
import type { Context } from './entries.ts';
import { Memo } from './lately.ts';
import type { Origin } from './origins.ts';
import { parameterOf, rootOf } from './paths.ts';
import { birthOf } from './privacy.ts';
import { Remembered } from './remembered.ts';
import { isOwn } from './returned.ts';
import type { Semantics } from './semantics.ts';
import { SlotTypes } from './slot-types.ts';
import { inSlot, type Slot, type Stored, slotOf } from './slots.ts';
import { type Surroundings, sameSurroundings } from './surroundings.ts';
import type { World } from './world.ts';

/**
 * What an object is to other threads.
 * `private` not visible to them; `arguments` a private tuple, dict or array of possibly shared objects; `immutable` and
 * `immortal` can't change or die; `unknown` the result of a call that may be a new object or a shared one.
 */
export type Ownership = 'private' | 'arguments' | 'immutable' | 'immortal' | 'shared' | 'unknown';

const ORDER: readonly Ownership[] = ['immortal', 'immutable', 'private', 'arguments', 'unknown', 'shared'];

/** Objects that live as long as the process, and numbers: names of the C API and of enumerators. */
const IMMORTAL = /^_?Py|^[A-Z][A-Z0-9_]*$|^(?:true|false)$/;

interface Known {
  readonly exclusives: Remembered<boolean>;
  readonly ownerships: Remembered<Ownership>;
}

function newKnown(): Known {
  return { exclusives: new Remembered(), ownerships: new Remembered() };
}

export class Owners {
  readonly #semantics: Semantics;
  readonly #surroundings: Surroundings;
  readonly #world: World;
  readonly #slotTypes: SlotTypes;
  /** Fields that are being decided; made when the first is. */
  #visiting: Set<string> | null = null;
  readonly #known = new Memo(newKnown);
  /** What was found out about the function in these surroundings, by the question. */
  readonly found = new Map<object, unknown>();

  /** The function runs in a context in which several threads can. */
  readonly isConcurrent: boolean;
  /** The only context that it runs in. */
  readonly only: Context | null;

  constructor(semantics: Semantics, surroundings: Surroundings, world: World) {
    const [first, second] = surroundings.contexts;
    this.only = second === undefined ? (first ?? null) : null;
    this.isConcurrent = [...surroundings.contexts].some(context => context !== 'init' && context !== 'traverse');
    this.#semantics = semantics;
    this.#surroundings = surroundings;
    this.#world = world;
    this.#slotTypes = new SlotTypes(semantics.body, world);
  }

  #op(step: number): Op | undefined {
    return this.#semantics.body.steps[step]?.op;
  }

  /** Nobody else can use the object that the value is, now: not published yet, on the stack, or being destroyed. */
  isExclusive(value: Value, step: number): boolean {
    const decide = (): boolean =>
      this.#semantics.origins
        .of(value, step)
        .every(origin => origin.kind === 'constant' || this.#exclusive(origin, step));
    // In a circle of fields the answer depends on where one entered it.
    return this.#visiting !== null && this.#visiting.size > 0
      ? decide()
      : this.#known.value.exclusives.of(value, step, decide);
  }

  isOf(world: World): boolean {
    return world === this.#world;
  }

  /** These very owners answer for a function in such surroundings. */
  serve(surroundings: Surroundings): boolean {
    return sameSurroundings(surroundings, this.#surroundings);
  }

  #exclusive(origin: Origin, step: number): boolean {
    switch (origin.kind) {
      case 'stack':
        return true;
      case 'module-state':
        return this.#surroundings.parameters.some(({ role, exclusive }) => role === 'module' && exclusive);
      case 'parameter': {
        const state = this.#surroundings.parameters[origin.index];
        if (state?.exclusive !== true) return false;
        return state.role !== 'private' || !this.#isPublished(`p${origin.index}`, step);
      }
      case 'call': {
        const held = this.#heldByCapsule(origin.step);
        if (held !== null) return this.isExclusive(held, origin.step);
        if (this.#isPerThread(origin.step)) return true;
        return origin.returned.kind !== 'made' && this.#isUnpublished(origin, step);
      }
      case 'inside':
        return this.#exclusive(origin.base, step);
      case 'element':
      case 'field':
        return this.#exclusive(origin.base, step) && this.#ownsSlot(origin, step);
      default:
        return false;
    }
  }

  #isFromStrangers(origin: Origin): boolean {
    const role = origin.kind === 'parameter' ? this.#surroundings.parameters[origin.index]?.role : undefined;
    return role === 'shared' || role === 'given';
  }

  /** Every source of the value belongs to the thread that runs: what is kept under it as a key is used by this thread alone. */
  isOfThread(value: Value, step: number): boolean {
    return this.#semantics.origins.of(value, step).every(origin => {
      const owner = origin.kind === 'field' && origin.struct === 'PyThreadState' ? origin.base : origin;
      return owner.kind === 'call' && (owner !== origin || this.#isPerThread(owner.step));
    });
  }

  #isPerThread(step: number): boolean {
    const op = this.#op(step);
    return op?.kind === 'call' && op.callee.name !== null && belongsToThread(op.callee.name);
  }

  /** The capsule that the call takes its pointer from: what is in it dies with it. */
  #heldByCapsule(step: number): Value | null {
    const op = this.#op(step);
    return op?.kind === 'call' && op.callee.name === 'PyCapsule_GetPointer' ? (op.args[0] ?? null) : null;
  }

  /** Exclusive, or what a class or factory has just given back: as a rule nobody else has got that yet. */
  isJustMade(value: Value, step: number): boolean {
    return this.#semantics.origins
      .of(value, step)
      .every(
        origin =>
          origin.kind === 'constant' ||
          this.#exclusive(origin, step) ||
          (origin.kind === 'call' && origin.returned.kind === 'made' && this.#isUnpublished(origin, step)),
      );
  }

  #isUnpublished(origin: Origin, step: number): boolean {
    const birth = birthOf(origin);
    return birth !== null && !this.#isPublished(birth, step);
  }

  #isPublished(birth: string, step: number): boolean {
    const isPrivate = (index: number): boolean => this.#surroundings.parameters[index]?.exclusive === true;
    return this.#semantics.privacy.isPublished(birth, step, isPrivate);
  }

  /** Slots of what the value points to whose objects only this thread has, too. */
  ownedSlots(value: Value, step: number): readonly Slot[] {
    const { type, slots } = this.#slotTypes.objectSlots(value);
    if (slots.length === 0) return NOTHING;
    const bases = this.#semantics.origins.of(value, step).filter(origin => origin.kind !== 'constant');
    const owned = slots.filter(slot => bases.every(base => this.#exclusive(inSlot(base, slot, type), step)));
    return owned.length === 0 ? NOTHING : owned;
  }

  /**
   * Does an object or array that only this thread has also have what is in its field or element for itself? Yes when it is
   * being destroyed, when this function, a helper or the callers put something private there, and for memory that no shared
   * object can lead to.
   */
  #ownsSlot(origin: Origin & { readonly kind: 'field' | 'element' }, step: number): boolean {
    const { base } = origin;
    const slot = slotOf(origin);
    if (slot === null || base.kind === 'module-state') return true;
    const state = base.kind === 'parameter' ? this.#surroundings.parameters[base.index] : undefined;
    if (state?.role === 'self' || state?.role === 'module') return true;
    const stores = this.#semantics.slots.storesTo(base, slot);
    // An array on the stack that somebody else has filled is taken for the function's own, as far as nothing speaks against it.
    const isFilled = origin.kind === 'element' && base.kind === 'stack' && stores.every(isNotKnown);
    if (isFilled) return !this.#semantics.privacy.isGiven(base, slot, step);
    const isOwnSlot = stores.length > 0 || isHeldBy(base, slot) || state?.owns?.includes(slot) === true;
    if (!isOwnSlot) return !this.#slotTypes.mayBeShared(origin);
    if (this.#semantics.privacy.isGiven(base, slot, step)) return false;
    // Slots that are stored into each other in a circle hold nothing else.
    const key = JSON.stringify(origin);
    const visiting = (this.#visiting ??= new Set());
    if (visiting.has(key)) return true;
    visiting.add(key);
    const owned = stores.every(({ step: at, value, returned }) =>
      value === null ? isOwn(returned) : this.isExclusive(value, Math.max(at, step)),
    );
    visiting.delete(key);
    return owned;
  }

  /** What the object is to other threads when the step runs: the worst of its sources. */
  ownership(value: Value, step: number): Ownership {
    return this.#known.value.ownerships.of(value, step, () =>
      this.#semantics.origins
        .of(value, step)
        .map(origin => this.#ownership(origin, step))
        .reduce((worst, one) => (ORDER.indexOf(one) > ORDER.indexOf(worst) ? one : worst), 'immortal'),
    );
  }

  #ownership(origin: Origin, step: number): Ownership {
    if (this.#exclusive(origin, step)) return 'private';
    if (origin.kind === 'constant') return 'immortal';
    // Other names may be variables whose declaration was not read.
    if (origin.kind === 'symbol') return IMMORTAL.test(origin.name) ? 'immortal' : 'unknown';
    if (origin.kind === 'parameter') {
      const role = this.#surroundings.parameters[origin.index]?.role ?? 'shared';
      if (role === 'immutable' || this.#semantics.body.facts.assertsTuples?.includes(origin.index) === true)
        return 'immutable';
      if (role === 'pickled') return 'unknown';
      return role === 'arguments' || role === 'keywords' || role === 'vector' ? 'arguments' : 'shared';
    }
    if (origin.kind === 'unknown') return 'unknown';
    // A private object's field may hold anything; strangers give what others have too.
    if ((origin.kind === 'field' || origin.kind === 'element') && this.#exclusive(origin.base, step))
      return this.#isFromStrangers(origin.base) ? 'shared' : 'unknown';
    if (origin.kind !== 'call') return 'shared';
    const op = this.#op(origin.step);
    if (op?.kind === 'call' && origin.argument === -1 && this.#isImmortal(op, origin.step)) return 'immortal';
    if (origin.returned.kind === 'immutable') return 'immutable';
    const name = op?.kind === 'call' ? op.callee.name : null;
    if (origin.returned.kind === 'path') {
      const { path } = origin.returned;
      const parameter = parameterOf(path) === null ? parameterOf(rootOf(path)) : null;
      const owner = op?.kind === 'call' && parameter !== null ? op.args[parameter] : undefined;
      return owner !== undefined && this.isExclusive(owner, origin.step) ? 'unknown' : 'shared';
    }
    if (origin.returned.kind === 'shared' || (name !== null && sharesResult(name)))
      return op?.kind === 'call' && name !== null ? this.#ownershipInside(name, op.args[0], origin.step) : 'shared';
    return 'unknown';
  }

  #isImmortal({ callee, args: [first] }: Op & { readonly kind: 'call' }, step: number): boolean {
    if (callee.kind !== 'named' || this.#semantics.callee(step)?.kind === 'project') return false;
    return givesImmortal(callee.name, first === undefined ? null : writtenOut(first));
  }

  /** What a call takes out of an object. */
  #ownershipInside(name: string, object: Value | undefined, step: number): Ownership {
    if (object === undefined || this.#semantics.callee(step)?.kind === 'project') return 'shared';
    const origins = this.#semantics.origins.of(object, step);
    if (origins.every(origin => this.#isMadeOfTuples(origin))) return 'immutable';
    // A tuple that a function of Python gave back is how it returns several things: they are no surer shared than one would be.
    const isUnsure = takesFromTuple(name) && this.ownership(object, step) === 'unknown';
    return isUnsure || origins.every(origin => this.#isPickled(origin)) ? 'unknown' : 'shared';
  }

  #isMadeOfTuples(origin: Origin): boolean {
    const op = origin.kind === 'call' && origin.argument === -1 ? this.#op(origin.step) : undefined;
    return op?.kind === 'call' && op.callee.name !== null && makesTuples(op.callee.name);
  }

  #isPickled(origin: Origin): boolean {
    return origin.kind === 'parameter' && this.#surroundings.parameters[origin.index]?.role === 'pickled';
  }
}

/**
 * How many surroundings of one function are remembered. Propagation passes through the same row of them after each edit: were it
 * longer than this, none would still be known when its turn comes again.
 */
const MOST_KEPT = 8;
const KEPT = new WeakMap<Semantics, Owners[]>();

/** The same object as long as the function means the same and stands in the same surroundings. */
export function ownersOf(semantics: Semantics, surroundings: Surroundings, world: World): Owners {
  let kept = KEPT.get(semantics);
  if (kept === undefined) KEPT.set(semantics, (kept = []));
  // Once the world has changed it does not come back.
  if (kept[0]?.isOf(world) === false) kept.length = 0;
  const known = kept.findIndex(owners => owners.serve(surroundings));
  const owners = kept[known] ?? new Owners(semantics, surroundings, world);
  if (known > 0) kept.splice(known, 1);
  if (known !== 0) kept.unshift(owners);
  if (kept.length > MOST_KEPT) kept.pop();
  return owners;
}

const NOTHING: readonly Slot[] = [];

/** What stands in the code itself: a text, the name of one, or a number. */
function writtenOut(value: Value): string | number | null {
  if (value.kind === 'string') return value.text;
  if (value.kind === 'symbol') return value.name;
  return value.kind === 'int' ? value.value : null;
}

function isNotKnown({ returned }: Stored): boolean {
  return returned?.kind === 'other';
}

/** What a helper gave back, with objects in such slots that only it had. */
function isHeldBy(base: Origin, slot: Slot): boolean {
  return base.kind === 'call' && base.returned.kind === 'fresh' && base.returned.holds?.includes(slot) === true;
}
