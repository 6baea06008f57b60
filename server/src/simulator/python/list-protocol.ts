/**
 * Lists as readers without a lock see them (Objects/listobject.c, free-threaded), every access a step: an array with its own
 * capacity word behind `ob_item`; writers work under the list's critical section and replace the array whole.
 */
import { field, type Local, type Place, type ThreadBuilder } from '../build/thread.ts';
import { add, bitAnd, bitOr, both, differs, type Expression, equal, less, not, OLD } from '../machine/expression.ts';
import { newRefWithLock, tryIncref } from './biased.ts';
import { type Dealloc, decref } from './counts.ts';
import { FIELDS, HEADER, type ObjectOptions, type Python } from './python.ts';
import { criticalSection } from './sections.ts';

const SIZE = FIELDS;
const ARRAY = FIELDS + 1;
const ALLOCATED = FIELDS + 2;
const CAPACITY = 1;
/** `_PyGC_BITS_SHARED`. */
const SHARED = 16;
const RELAXED = { order: 'relaxed' } as const;
const RELEASE = { order: 'sync' } as const;

const slot = (array: Expression, index: Expression): Place => field(array, add(CAPACITY + 1, index));

/** What becomes of an array that readers may still look at. */
export type FreeArray = (t: ThreadBuilder, array: Expression) => void;

export interface LongList {
  readonly list: number;
  readonly array: number;
}

function makeArray(py: Python, name: string, capacity: number, items: readonly number[], alive: boolean): number {
  return py.p.object({
    name,
    type: 'PyObject *[]',
    alive,
    fields: [
      { name: 'capacity', initial: capacity },
      ...Array.from({ length: capacity }, (_, i) => ({
        name: `[${i}]`,
        format: 'pointer' as const,
        owns: true,
        initial: items[i] ?? 0,
      })),
    ],
  });
}

export function makeLongList(
  py: Python,
  name: string,
  items: readonly number[],
  options: ObjectOptions = {},
): LongList {
  const array = makeArray(py, `${name} array`, items.length, items, true);
  const list = py.object(name, {
    type: 'list',
    ...options,
    fields: [
      { name: 'ob_size', initial: items.length },
      { name: 'ob_item', format: 'pointer', initial: array },
      { name: 'allocated', initial: items.length },
    ],
  });
  return { list, array };
}

/** `PyList_GetItemRef`: the optimistic path, and the locked one when anything looks odd. `into` is 0 for an index error. */
export function getItemRefLong(
  py: Python,
  t: ThreadBuilder,
  into: Local,
  list: Expression,
  index: number,
  marks: Marks = 'marked already',
): void {
  const slow = t.local('slow path', 'flag');
  t.set(into, 0);
  t.set(slow, 0);
  if (marks === 'marks') t.set(slow, not(mayReadFreely(t, list)));
  t.when(not(slow), () => getItemFast(t, into, list, index, slow));
  t.when(slow, () => getItemLocked(py, t, into, list, index, marks));
}

/** Whether a reader looks for the mark of a shared list, and sets it, or takes it for granted. */
type Marks = 'marks' | 'marked already';

/** The list's owner may, and everybody once the list is marked as shared: from then on its arrays are freed late. */
function mayReadFreely(t: ThreadBuilder, list: Expression): Expression {
  const owner = t.local('list owner', 'thread');
  const bits = t.local('gc bits');
  t.load(owner, field(list, HEADER.tid), RELAXED);
  t.set(bits, SHARED);
  t.when(differs(owner, t.identity), () => t.load(bits, field(list, HEADER.bits), RELAXED));
  return bitAnd(bits, SHARED);
}

function getItemFast(t: ThreadBuilder, into: Local, list: Expression, index: number, slow: Local): void {
  const size = t.local('size');
  const array = t.local('array', 'pointer');
  t.load(size, field(list, SIZE), RELAXED);
  t.when(less(index, size), () => {
    t.load(array, field(list, ARRAY), RELEASE);
    t.when(array, () => {
      t.load(size, field(array, CAPACITY), RELAXED);
      t.when(less(index, size), () => takeItem(t, into, slot(array, index), slow));
    });
  });
}

/** `_Py_TryXGetRef`: load, try to take a reference, look whether it is still there. */
function takeItem(t: ThreadBuilder, into: Local, place: Place, slow: Local): void {
  const item = t.local('item', 'pointer');
  const again = t.local('again', 'pointer');
  t.load(item, place, RELEASE);
  t.when(
    item,
    () => {
      const ok = tryIncref(t, item);
      t.when(ok, () => t.load(again, place, RELEASE));
      t.when(
        both(ok, equal(again, item)),
        () => t.set(into, item),
        () => {
          t.set(slow, 1);
          // The reference was taken on something that is no longer there: it is dropped again.
          t.when(ok, () => t.set(again, item));
          t.when(not(ok), () => t.set(again, 0));
        },
      );
    },
    () => {
      t.set(again, 0);
      t.set(slow, 1);
    },
  );
  t.when(slow, () => t.set(into, again));
}

function getItemLocked(py: Python, t: ThreadBuilder, into: Local, list: Expression, index: number, marks: Marks): void {
  const size = t.local('size');
  const array = t.local('array', 'pointer');
  t.when(into, () => decref(py, t, into));
  t.set(into, 0);
  criticalSection(py, t, list, () => {
    if (marks === 'marks') {
      t.update(field(list, HEADER.bits), bitOr(OLD, SHARED), { label: 'marks the list as shared' });
    }
    t.load(size, field(list, SIZE), RELAXED);
    t.when(less(index, size), () => {
      t.load(array, field(list, ARRAY), RELAXED);
      t.load(into, slot(array, index), RELAXED);
      newRefWithLock(t, into);
    });
  });
}

/** What a naive reader does: no try, no second look. */
export function getItemNaively(t: ThreadBuilder, into: Local, list: Expression, index: number, take: () => void): void {
  const size = t.local('size');
  const array = t.local('array', 'pointer');
  t.set(into, 0);
  t.load(size, field(list, SIZE), RELAXED);
  t.when(less(index, size), () => {
    t.load(array, field(list, ARRAY), RELEASE);
    t.when(array, () => t.load(into, slot(array, index), RELEASE));
  });
  t.when(into, take);
}

/** `PyList_SetItem`: the old item is dropped inside the section. */
export function setItemLong(
  py: Python,
  t: ThreadBuilder,
  list: Expression,
  index: number,
  value: Expression,
  dealloc?: Dealloc,
): void {
  const array = t.local('array', 'pointer');
  const old = t.local('old', 'pointer');
  criticalSection(py, t, list, () => {
    t.load(array, field(list, ARRAY), RELAXED);
    t.load(old, slot(array, index), RELAXED);
    t.store(slot(array, index), value, RELEASE);
    t.when(old, () => decref(py, t, old, dealloc));
  });
}

/** `PyList_Append` to a full list of `length` items: a new array, published before the new item is stored in it. */
export function appendLong(
  py: Python,
  t: ThreadBuilder,
  { list, array: old }: LongList,
  length: number,
  value: Expression,
  freeArray: FreeArray,
): void {
  const fresh = makeArray(py, 'new array', length + 1, [], false);
  const array = t.local('new array', 'pointer');
  const item = t.temporary();
  criticalSection(py, t, list, () => {
    t.allocate(array, [fresh]);
    for (let i = 0; i < length; i++) {
      t.load(item, slot(old, i), RELAXED);
      t.store(slot(array, i), item, RELAXED);
    }
    t.store(field(list, ARRAY), array, RELEASE);
    t.store(field(list, ALLOCATED), length + 1, RELAXED);
    t.store(field(list, SIZE), length + 1, RELAXED);
    freeArray(t, old);
    t.store(slot(array, length), value, RELEASE);
  });
}

/** What `list_resize` does with the old array: late if the list is shared, else at once. */
export function freeIfUnshared(t: ThreadBuilder, list: Expression, array: Expression, later: () => void): void {
  const bits = t.local('gc bits');
  t.load(bits, field(list, HEADER.bits), RELAXED);
  t.when(bitAnd(bits, SHARED), later, () => t.free(array));
}
