/** Lists (Objects/listobject.c) in the short form: items in the list object, each operation as few steps as it shows. */
import { field, type Local, type Place, type ThreadBuilder } from '../build/thread.ts';
import { add, type Expression, OLD } from '../machine/expression.ts';
import { type Dealloc, decref, incref } from './counts.ts';
import { FIELDS, HEADER, type ObjectOptions, type Python } from './python.ts';
import { criticalSection } from './sections.ts';

/** Offset of the first item. */
const ITEMS = FIELDS + 1;
const ATOMIC = { order: 'relaxed' } as const;

const listItem = (list: Expression, index: Expression): Place => field(list, add(ITEMS, index));

/** A list that owns one reference to each of its items; 0 for a slot that is NULL. `room`: slots in all. */
export function makeList(
  py: Python,
  name: string,
  items: readonly number[],
  options: ObjectOptions & { readonly room?: number; readonly size?: number } = {},
): number {
  const room = Math.max(options.room ?? 0, items.length);
  return py.object(name, {
    type: 'list',
    ...options,
    fields: [
      { name: 'ob_size', initial: options.size ?? items.length },
      ...Array.from({ length: room }, (_, i) => ({
        name: `ob_item[${i}]`,
        format: 'pointer' as const,
        owns: true,
        initial: items[i] ?? 0,
      })),
    ],
  });
}

/** `PyList_GetItem`, `PyList_GET_ITEM`: the pointer alone, without lock and without a reference, in every build. */
export function getItemBorrowed(_py: Python, t: ThreadBuilder, into: Local, list: Expression, index: Expression): void {
  t.load(into, listItem(list, index), ATOMIC);
}

/** `PyList_GetItemRef`: load and reference as one step. With a GIL the two follow each other undisturbed. */
export function getItemRef(py: Python, t: ThreadBuilder, into: Local, list: Expression, index: Expression): void {
  if (py.hasGil) {
    t.load(into, listItem(list, index));
    incref(py, t, into);
    return;
  }
  t.atomic(
    () => {
      t.load(into, listItem(list, index), { order: 'sync' });
      t.when(into, () => t.update(field(into, HEADER.local), add(OLD, 1)));
    },
    { label: 'takes item and reference at once' },
  );
}

/** Of a list that grows: its size, the local that receives it, and the item at that index. */
export interface EndOfList {
  readonly size: Place;
  readonly end: Local;
  readonly item: Place;
}

/** Size and end of a list that `makeList` made. */
export function endOf(list: Expression, end: Local): EndOfList {
  return { size: field(list, FIELDS), end, item: listItem(list, end) };
}

/** `PyList_Append`: takes over a reference to `value`. `also`: what else changes inside the critical section. */
export function append(
  py: Python,
  t: ThreadBuilder,
  list: Expression,
  { size, end, item }: EndOfList,
  value: Expression,
  also: () => void = () => {},
): void {
  criticalSection(py, t, list, () => {
    t.load(end, size, ATOMIC);
    t.store(item, value, { order: 'sync' });
    also();
    t.store(size, add(end, 1), ATOMIC);
  });
}

/** `PyList_SetItem`: steals the reference to `value`; drops the old item inside the critical section. */
export function setItem(
  py: Python,
  t: ThreadBuilder,
  list: Expression,
  index: Expression,
  value: Expression,
  dealloc?: Dealloc,
): void {
  const old = t.local('old', 'pointer');
  criticalSection(py, t, list, () => {
    t.load(old, listItem(list, index), ATOMIC);
    t.store(listItem(list, index), value, { order: 'sync' });
    t.when(old, () => decref(py, t, old, dealloc));
  });
}
