/**
 * What one function says about constants in fields: what it stores into which, which tests ask for one, and where it makes structs.
 * Of the body alone; `constant-fields.ts` says what follows for the extension.
 */
import type { FunctionBody, Op, Place, Value } from '../program/model.ts';
import { eachOperand, eachPart, nullTest } from '../program/values.ts';
import { Lately } from './lately.ts';

export interface FieldOf {
  /** As the function calls it; null: not known. */
  readonly struct: string | null;
  readonly field: string;
}

export interface FieldTest extends FieldOf {
  readonly step: number;
  readonly trueMeansZero: boolean;
}

interface Into {
  readonly local: number;
  readonly struct: string;
  /** Another local has it too. */
  readonly isCopy: boolean;
}

/** The result of a call becomes a pointer to a struct. */
export interface Making {
  readonly step: number;
  /** What is called, null when it has no name; through a pointer. */
  readonly callee: string | null;
  readonly throughPointer: boolean;
  /** Where it is put: a local of the function's own, or where others may find it at once. */
  readonly into: Into | { readonly place: Place | null };
}

export interface FieldStores {
  /** Fields that get a number other than zero. */
  readonly constant: readonly (FieldOf & { readonly value: number })[];
  /** Fields that get anything else, or whose address is taken. */
  readonly changing: readonly FieldOf[];
  /** Structs that are written as a whole, or are no memory of their own but lie in a local. */
  readonly whole: ReadonlySet<string>;
  /** Branches that ask whether a field is zero. */
  readonly tests: readonly FieldTest[];
  readonly makings: readonly Making[];
  /** It makes some type's objects by `PyType_GenericNew`, which fills nothing. */
  readonly givesGenericNew: boolean;
}

const STORES = new Lately<FunctionBody, FieldStores>();
/** Of no struct with fields to ask for. */
const OBJECT = 'PyObject';
const NUMBERS =
  /^(?:_Bool|bool|void|char|short|int|long|float|double|(?:un)?signed\b.*|(?:long|short) .*|s?size_t|Py_(?:s?size|hash|uhash)_t|Py_UCS[124])$/;
const CHANGES_ALL = /^(?:mem(?:set|cpy|move)|bzero)$/;

export function fieldStoresOf(body: FunctionBody): FieldStores {
  return STORES.of(body, read);
}

function read(body: FunctionBody): FieldStores {
  const constant: (FieldOf & { readonly value: number })[] = [];
  const changing: FieldOf[] = [];
  const tests: FieldTest[] = [];
  const makings: Making[] = [];
  const whole = new Set(
    body.locals.flatMap(({ type: { base, pointers } }) => (pointers === 0 && !NUMBERS.test(base) ? [base] : [])),
  );
  let givesGenericNew = false;
  let calls: ReadonlyMap<number, readonly Called[]> | null = null;
  const byLocal = () => (calls ??= callsByLocal(body));
  const pointee = (value: Value | undefined): string | null => {
    const type = value?.kind === 'local' ? body.locals[value.local]?.type : undefined;
    return type?.pointers === 1 ? type.base : null;
  };
  const writeWhole = (value: Value | undefined): void => {
    const struct = pointee(value);
    if (struct !== null) whole.add(struct);
  };
  body.steps.forEach(({ op }, step) => {
    eachOperand(op, (value, role) =>
      eachPart(value, role, leaf => {
        if (leaf.kind === 'address' && leaf.place.kind === 'field') changing.push(leaf.place);
        givesGenericNew ||= leaf.kind === 'function' || leaf.kind === 'symbol' ? leaf.name === GENERIC_NEW : false;
      }),
    );
    if (op.kind === 'store') {
      const { place, value } = op;
      if (place.kind === 'deref') writeWhole(place.pointer);
      else if (place.kind === 'element') writeWhole(place.base);
      else if (place.kind === 'field') {
        if (value.kind === 'int' && value.value !== 0) constant.push({ ...fieldOf(place), value: value.value });
        else changing.push(place);
      }
      makings.push(...makingsOf(body, step, op, byLocal));
    } else if (op.kind === 'update' && op.place.kind === 'field') changing.push(op.place);
    else if (op.kind === 'call' && CHANGES_ALL.test(op.callee.name ?? '')) writeWhole(op.args[0]);
    else if (op.kind === 'return' && op.value !== null) makings.push(...handedOn(body, step, op.value, null));
    else if (op.kind === 'branch') {
      const test = nullTest(op.condition);
      const load = test?.value.kind === 'result' ? body.steps[test.value.step]?.op : undefined;
      if (test !== null && load?.kind === 'load' && load.place.kind === 'field')
        tests.push({ ...fieldOf(load.place), step, trueMeansZero: test.trueMeansNull });
    }
  });
  return {
    constant: kept(constant),
    changing: kept(changing),
    whole: whole.size === 0 ? NO_STRUCTS : whole,
    tests: kept(tests),
    makings: kept(makings),
    givesGenericNew,
  };
}

const NOTHING: readonly never[] = [];
const NO_STRUCTS: ReadonlySet<string> = new Set();

/** One empty list for all functions: most have nothing to say, and there are thousands of them. */
function kept<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NOTHING : list;
}

export const GENERIC_NEW = 'PyType_GenericNew';

function fieldOf({ struct, field }: Place & { readonly kind: 'field' }): FieldOf {
  return { struct, field };
}

function makingsOf(
  body: FunctionBody,
  step: number,
  { place, value }: Op & { readonly kind: 'store' },
  byLocal: () => ReadonlyMap<number, readonly Called[]>,
): Making[] {
  if (place.kind !== 'local') return handedOn(body, step, value, place);
  const type = body.locals[place.local]?.type;
  if (type?.pointers !== 1 || type.base === OBJECT) return [];
  const into = { local: place.local, struct: type.base, isCopy: value.kind === 'local' };
  const calls = value.kind === 'local' ? (byLocal().get(value.local) ?? []) : callAt(body, value);
  return calls.map(call => ({ step, ...call, into }));
}

/** What a call makes is put at once where others may find it. */
function handedOn(body: FunctionBody, step: number, value: Value, place: Place | null): Making[] {
  if (value.kind !== 'result' || (place === null && body.returnType.base === OBJECT)) return [];
  return callAt(body, value).map(call => ({ step, ...call, into: { place } }));
}

type Called = Pick<Making, 'callee' | 'throughPointer'>;

/** The call whose result a value is. */
function callAt(body: FunctionBody, value: Value): Called[] {
  const op = value.kind === 'result' ? body.steps[value.step]?.op : undefined;
  return op?.kind === 'call' ? [{ callee: op.callee.name, throughPointer: op.callee.kind === 'pointer' }] : [];
}

/** By local: the calls whose results it gets. `PyObject *memory = tp_alloc(…); Obj *self = (Obj *)memory;` has its object from there. */
function callsByLocal(body: FunctionBody): ReadonlyMap<number, readonly Called[]> {
  const found = new Map<number, Called[]>();
  for (const { op } of body.steps) {
    if (op.kind !== 'store' || op.place.kind !== 'local') continue;
    const calls = callAt(body, op.value);
    const known = found.get(op.place.local);
    if (known === undefined) found.set(op.place.local, calls);
    else known.push(...calls.filter(call => !known.some(one => isSameCall(one, call))));
  }
  return found;
}

function isSameCall(a: Called, b: Called): boolean {
  return a.callee === b.callee && a.throughPointer === b.throughPointer;
}

/**
 * On every way on from the step that puts a new struct into a local, the field gets its number before anybody else can have the
 * struct: before it is handed on, returned or kept.
 */
export function isSetFirst(
  body: FunctionBody,
  { step, local }: { step: number; local: number },
  field: string,
): boolean {
  const seen = new Set<number>();
  const waiting = [...(body.steps[step]?.next ?? [])];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const here = body.steps[at];
    if (here === undefined || seen.has(at)) continue;
    seen.add(at);
    const { op } = here;
    if (op.kind === 'store' && op.place.kind === 'field' && op.place.field === field && isLocal(op.place.base, local))
      continue;
    if (op.kind === 'unread' || handsOn(op, local)) return false;
    const test = op.kind === 'branch' ? nullTest(op.condition) : null;
    if (test === null || !isLocal(test.value, local)) waiting.push(...here.next);
    else waiting.push(here.next[test.trueMeansNull ? 1 : 0] ?? -1);
  }
  return true;
}

function isLocal(value: Value, local: number): boolean {
  return value.kind === 'local' && value.local === local;
}

/** The local is used other than to look at, or gets another value. */
function handsOn(op: Op, local: number): boolean {
  if ((op.kind === 'store' || op.kind === 'update') && op.place.kind === 'local' && op.place.local === local)
    return true;
  let found = false;
  eachOperand(op, (value, role) =>
    eachPart(value, role, (leaf, as) => {
      found ||= isLocal(leaf, local) && as !== 'base' && as !== 'test';
      found ||= leaf.kind === 'address' && leaf.place.kind === 'local' && leaf.place.local === local;
    }),
  );
  return found;
}
