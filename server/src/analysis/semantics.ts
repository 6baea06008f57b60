/**
 * What one function does by itself, given what the functions that it calls mean: origins, locks, publication, and from these
 * the summary for its callers. Cached by body; made again only when the body or a callee's summary changes.
 */
import { apiFact, type Suspends } from '../capi/facts.ts';
import {
  dropsReference,
  isCApiName,
  isObjectOfExtension,
  readsSequenceRaw,
  resultKind,
  sharesResult,
} from '../capi/objects.ts';
import { runsPython } from '../capi/python-calls.ts';
import type { FunctionBody, Op, Value } from '../program/model.ts';
import { isNull } from '../program/values.ts';
import { comparedParameters } from './compared.ts';
import { definitionsOf } from './definitions.ts';
import { flowOf } from './flow.ts';
import { sameLists } from './lists.ts';
import { LockStates } from './locks.ts';
import { LocksThrough, summaryLock } from './locks-through.ts';
import type { CalleeMeaning, ResolveCallee, Returned, Summary } from './meaning.ts';
import { type Origin, Origins } from './origins.ts';
import { outlineOf } from './outline.ts';
import { isAbsolute, parameterOf, rootOf } from './paths.ts';
import { birthOf, Privacy } from './privacy.ts';
import { common, fresh, isOwn, Outs, SHARED } from './returned.ts';
import { type Slot, Slots, type Stored } from './slots.ts';

/** Settings and project knowledge that change what calls mean. */
export interface Assumptions {
  readonly suspending: ReadonlySet<string>;
  readonly neverSuspending: ReadonlySet<string>;
}

const ORDER: readonly Suspends[] = ['no', 'lock', 'unknown', 'blocks', 'python'];
/** Names of slots and libc functions that touch memory only. */
const HARMLESS =
  /^(?:tp_alloc|mem(?:cpy|move|set|cmp|chr)|str\w+|wcs\w+|is(?:alpha|digit|space|alnum|upper|lower|xdigit)|tolower|toupper|abs|malloc|calloc|realloc|free|v?sn?printf|floor|ceil|log|exp|pow|sqrt|fabs|isnan|isinf|isfinite|va_start|va_end)$/;

export class Semantics {
  readonly body: FunctionBody;
  readonly origins: Origins;
  readonly locks: LockStates;
  readonly privacy: Privacy;
  readonly slots: Slots;
  readonly summary: Summary;
  #summaryText: string | null = null;
  readonly #callees: (CalleeMeaning | null)[];
  readonly #assumptions: Assumptions;

  constructor(body: FunctionBody, resolve: ResolveCallee, assumptions: Assumptions) {
    this.body = body;
    this.#assumptions = assumptions;
    this.#callees = calleesOf(body, resolve);
    const callee = (step: number): CalleeMeaning | null => this.callee(step);
    this.origins = new Origins(body, callee);
    this.locks = new LockStates(body, this.origins, callee, step => {
      const suspends = this.suspends(step);
      return suspends === 'python' || suspends === 'blocks';
    });
    this.slots = new Slots(body, this.origins, callee);
    this.privacy = new Privacy(body, this.origins, this.slots, callee);
    this.summary = this.#summarise();
  }

  /** Equal for equal summaries. */
  get summaryText(): string {
    return (this.#summaryText ??= JSON.stringify(this.summary));
  }

  callee(step: number): CalleeMeaning | null {
    return this.#callees[step] ?? null;
  }

  /** What the step may do to critical sections that are open around it. */
  suspends(step: number): Suspends {
    const op = this.body.steps[step]?.op;
    if (op?.kind === 'detach' || op?.kind === 'attach') return 'blocks';
    if (op?.kind === 'acquire') return op.lock.kind === 'critical-section' ? 'lock' : 'blocks';
    if (op?.kind !== 'call') return op?.kind === 'unread' ? 'unknown' : 'no';
    const callee = this.callee(step);
    const { name } = op.callee;
    if (name !== null && this.#assumptions.suspending.has(name)) return 'python';
    if (name !== null && this.#assumptions.neverSuspending.has(name)) return 'no';
    if (callee?.kind === 'project') return callee.summary.suspends;
    if (callee?.kind === 'cast' || name === null) return callee?.kind === 'cast' ? 'no' : 'unknown';
    if (dropsKnownHarmless(name, op, this)) return 'no';
    const fact = apiFact(name);
    if (fact !== undefined) return fact.suspends;
    return HARMLESS.test(name) || (isCApiName(name) && /_(?:GET|CHECK|Check|CheckExact|CAST|READ|DATA|KIND)/.test(name))
      ? 'no'
      : 'unknown';
  }

  #summarise(): Summary {
    const { blockOf } = flowOf(this.body);
    let suspends: Suspends = 'no';
    let runs = false;
    const returned: Returned[] = [];
    let returns = false;
    const looksInto = new Set<number>();
    const outs = new Outs();
    const through = { load: new Set<number>(), store: new Set<number>(), replace: new Set<number>() };
    const locksThrough = new LocksThrough();
    this.body.steps.forEach((step, index) => {
      if ((blockOf[index] ?? -1) < 0) return;
      const here = this.suspends(index);
      if (ORDER.indexOf(here) > ORDER.indexOf(suspends)) suspends = here;
      if (here === 'python' && step.op.kind === 'call' && this.callee(index)?.kind === 'outside')
        runs ||= runsPython(step.op.callee.name ?? '');
      if (step.op.kind === 'return' && step.op.value !== null) {
        returned.push(...this.#returnedAt(step.op.value, index));
        returns = true;
      }
      if ((step.op.kind === 'store' || step.op.kind === 'load') && step.op.place.kind === 'deref') {
        const parameter = this.#parameter(step.op.place.pointer, index);
        if (parameter === null) return;
        through[step.op.kind].add(parameter);
        locksThrough.add(parameter, this.locks.heldAt(index));
        if (this.#takesAway(index)) through.replace.add(parameter);
        if (step.op.kind === 'store') outs.add(parameter, this.#returnedAt(step.op.value, index));
      } else if (step.op.kind === 'call') this.#noteArguments(step.op, index, looksInto, outs);
    });
    return {
      suspends,
      runsPython: runs,
      acquires: this.locks.active ? this.locks.heldAtExit().map(summaryLock) : [],
      hands: this.locks.active ? this.locks.handedOver() : [],
      releases: this.locks.active ? [...this.locks.released].sort() : [],
      clears: this.locks.active ? [...this.locks.cleared].sort() : [],
      // Nothing but constants: a helper that sets an exception, say.
      returned: returns && returned.length === 0 ? { kind: 'immutable' } : common(returned),
      keeps: this.privacy.keptParameters(),
      putsInto: this.privacy.parametersPutInto(),
      shows: this.privacy.shownParameters(),
      fills: this.#fills(),
      gives: this.privacy.givenSlots(),
      writesThrough: [...through.store].sort((a, b) => a - b),
      readsThrough: [...through.load].sort((a, b) => a - b),
      locksThrough: locksThrough.list(),
      replacesThrough: [...through.replace].sort((a, b) => a - b),
      outs: outs.list(),
      looksInto: [...looksInto].sort((a, b) => a - b),
      compares: comparedParameters(this.body, step => this.callee(step)),
    };
  }

  /** A store of NULL or by a replacing macro; a load whose value is dropped or returned. */
  #takesAway(index: number): boolean {
    const step = this.body.steps[index];
    if (step?.op.kind === 'store') return isNull(step.op.value) || /SETREF$|CLEAR$/.test(step.macro ?? '');
    return definitionsOf(this.body)
      .usesOfResult(index)
      .some(use => {
        const op = this.body.steps[use.step]?.op;
        return (
          use.role === 'returned' || (op?.kind === 'call' && op.callee.name !== null && dropsReference(op.callee.name))
        );
      });
  }

  /** Index of the parameter that the value is; null for anything else. */
  #parameter(value: Value, step: number): number | null {
    const path = this.origins.path(value, step);
    return parameterOf(path);
  }

  /** Parameters handed on: to calls that look into them, and to calls that fill what they point to. */
  #noteArguments(op: Op & { readonly kind: 'call' }, step: number, looksInto: Set<number>, outs: Outs): void {
    const callee = this.callee(step);
    const { name } = op.callee;
    if (name === null) return;
    const summary = callee?.kind === 'project' ? callee.summary : null;
    const shares = summary === null && sharesResult(name);
    if (summary === null && !shares && !readsSequenceRaw(name)) return;
    op.args.forEach((argument, index) => {
      const looks = summary === null ? index === 0 && readsSequenceRaw(name) : summary.looksInto.includes(index);
      const out =
        summary === null ? (shares && index > 0 ? SHARED : undefined) : summary.outs.find(([at]) => at === index)?.[1];
      if (!looks && out === undefined) return;
      const parameter = this.#parameter(argument, step);
      if (parameter === null) return;
      if (looks) looksInto.add(parameter);
      if (out !== undefined && (this.body.locals[parameter]?.type.pointers ?? 0) > 1) outs.add(parameter, [out]);
    });
  }

  /** What is in the slots of parameters when the function has filled them. */
  #fills(): [number, Slot, Returned][] {
    const found = new Map<string, [number, Slot, Returned[]]>();
    for (const { parameter, slot, stored } of this.slots.writtenThrough()) {
      const what = this.#storedIn(stored, parameter);
      if (what.length === 0) continue;
      const key = `${parameter} ${slot}`;
      const before = found.get(key);
      if (before === undefined) found.set(key, [parameter, slot, what]);
      else before[2].push(...what);
    }
    return [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, [parameter, slot, what]]) => {
        const all = common(what);
        return [parameter, slot, isOwn(all) || all.kind === 'immutable' ? all : { kind: 'other' }];
      });
  }

  /** Nothing for constants. A new object counts as one if nobody but the owner of that slot has got it in the end. */
  #storedIn(stored: Stored, parameter: number): Returned[] {
    if (stored.returned !== null) return [stored.returned];
    const { value, step } = stored;
    const what = this.#returnedAt(value, step, false);
    return what.some(isOwn) && this.#isPublishedInTheEnd(value, step, parameter) ? [{ kind: 'shared' }] : what;
  }

  #isPublishedInTheEnd(value: Value, step: number, parameter: number): boolean {
    const isOwner = (index: number): boolean => index === parameter;
    const ends = outlineOf(this.body).byKind.get('return') ?? [];
    return this.origins.of(value, step).some(origin => {
      const birth = birthOf(origin);
      return birth !== null && ends.some(end => this.privacy.isPublished(birth, end, isOwner));
    });
  }

  /** Slots of a new object, as the step sees it, that hold such objects again. */
  #holds(made: Origin & { readonly kind: 'call' }, step: number): Slot[] {
    const before = made.returned.kind === 'fresh' ? (made.returned.holds ?? []) : [];
    return [...new Set([...before, ...this.slots.writtenIn(made)])].sort().filter(slot => {
      const stored = this.slots
        .storesTo(made, slot)
        .flatMap(({ value, returned }) => (value === null ? [returned] : this.#returnedAt(value, step, false)));
      if (stored.length === 0 && !before.includes(slot)) return false;
      return stored.every(isOwn) && !this.privacy.isGiven(made, slot, step);
    });
  }

  /** `whole`: with what the new object holds. */
  #returnedAt(value: Value, step: number, whole = true): Returned[] {
    const origins = this.origins
      .of(value, step)
      .filter(origin => origin.kind !== 'constant' && !this.#isOwnResult(origin));
    return origins.map(origin => this.#returnedOrigin(origin, value, step, origins.length, whole));
  }

  /** What a function gets back from itself is one of the other things that it returns. */
  #isOwnResult(origin: Origin): boolean {
    if (origin.kind !== 'call' || origin.argument !== -1) return false;
    const callee = this.callee(origin.step);
    return callee?.kind === 'project' && callee.name === this.body.name;
  }

  #returnedOrigin(origin: Origin, value: Value, step: number, count: number, whole: boolean): Returned {
    if (origin.kind === 'symbol') return { kind: 'immutable' };
    if (origin.kind === 'module-state') return { kind: 'path', path: 'state' };
    if (origin.kind === 'call' && origin.argument === -1) {
      const { returned } = origin;
      if (returned.kind === 'immutable') return returned;
      if (returned.kind === 'fresh' || returned.kind === 'memory' || returned.kind === 'made') {
        if (this.privacy.isPublished(`c${origin.step}`, step, () => false)) return { kind: 'shared' };
        if (returned.kind !== 'fresh') return returned;
        const isOwnType = returned.own === true || isOwnAllocation(this.body.steps[origin.step]?.op);
        return fresh(isOwnType, whole ? this.#holds(origin, step) : []);
      }
      const op = this.body.steps[origin.step]?.op;
      const looksUp = op?.kind === 'call' && op.callee.name !== null && sharesResult(op.callee.name);
      return looksUp || returned.kind === 'shared' ? { kind: 'shared' } : { kind: 'other' };
    }
    if (count > 1) return origin.kind === 'parameter' ? { kind: 'path', path: `p${origin.index}` } : { kind: 'other' };
    const path = this.origins.path(value, step);
    return parameterOf(rootOf(path)) !== null || isAbsolute(path) ? { kind: 'path', path } : { kind: 'other' };
  }
}

function isOwnAllocation(op: Op | undefined): boolean {
  return op?.kind === 'call' && op.callee.name !== null && isObjectOfExtension(op.callee.name);
}

function meaningOf(op: Op, resolve: ResolveCallee): CalleeMeaning | null {
  if (op.kind !== 'call') return null;
  return op.callee.kind === 'named' ? resolve(op.callee.name) : { kind: 'pointer', name: op.callee.name };
}

/** Dropping a reference to a number or a string made here runs no Python code. */
function dropsKnownHarmless(name: string, op: Op & { readonly kind: 'call' }, semantics: Semantics): boolean {
  if (name !== 'Py_DECREF' && name !== 'Py_XDECREF') return false;
  const [value] = op.args;
  if (value?.kind !== 'result') return false;
  const made = semantics.body.steps[value.step]?.op;
  return (
    made?.kind === 'call' &&
    made.callee.name !== null &&
    resultKind(made.callee.name) === 'immutable' &&
    /^Py(?:Long|Float|Unicode|Bytes)_/.test(made.callee.name)
  );
}

/**
 * In a function of its own: what the constructor's other closures see is kept as long as they are, and behind `resolve` stands
 * the whole extension as it was at that moment.
 */
function calleesOf(body: FunctionBody, resolve: ResolveCallee): (CalleeMeaning | null)[] {
  return body.steps.map(step => meaningOf(step.op, resolve));
}

interface Known {
  readonly signature: readonly string[];
  readonly semantics: Semantics;
}

/** A member of a cycle is looked at twice in each run, knowing less and knowing more. */
const MOST_KEPT = 2;
const CACHE = new WeakMap<FunctionBody, Known[]>();

/** `signature` stands for everything that `resolve` and `assumptions` can answer for the names in this body. */
export function semanticsOf(
  body: FunctionBody,
  signature: readonly string[],
  resolve: ResolveCallee,
  assumptions: Assumptions,
): Semantics {
  let kept = CACHE.get(body);
  if (kept === undefined) CACHE.set(body, (kept = []));
  const known = kept.find(one => sameLists(one.signature, signature));
  if (known !== undefined) return known.semantics;
  const semantics = new Semantics(body, resolve, assumptions);
  kept.push({ signature, semantics });
  if (kept.length > MOST_KEPT) kept.shift();
  return semantics;
}
