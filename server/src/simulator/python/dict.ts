/** Dicts (Objects/dictobject.c) in the short form: values in the dict object by position, keys as names. */
import { field, type Local, type Place, type ThreadBuilder } from '../build/thread.ts';
import { add, type Expression, OLD } from '../machine/expression.ts';
import { type Dealloc, incref, xdecref } from './counts.ts';
import { FIELDS, HEADER, type Python } from './python.ts';
import { criticalSection } from './sections.ts';

export const dictValue = (dict: Expression, position: Expression): Place => field(dict, add(FIELDS, position));

export function makeDict(py: Python, name: string, values: Readonly<Record<string, number>>): number {
  return py.object(name, {
    type: 'dict',
    fields: Object.entries(values).map(([key, value]) => ({
      name: `["${key}"]`,
      format: 'pointer' as const,
      owns: true,
      initial: value,
    })),
  });
}

/** `PyDict_GetItemRef`: 0 for a missing key. */
export function getValueRef(py: Python, t: ThreadBuilder, into: Local, dict: Expression, position: Expression): void {
  if (py.hasGil) {
    t.load(into, dictValue(dict, position));
    t.when(into, () => incref(py, t, into));
    return;
  }
  t.atomic(
    () => {
      t.load(into, dictValue(dict, position), { order: 'sync' });
      t.when(into, () => t.update(field(into, HEADER.local), add(OLD, 1)));
    },
    { label: 'takes value and reference at once' },
  );
}

/** `PyDict_GetItem`: free-threaded, the reference of a thread-safe look-up is dropped again before the call returns. */
export function getValueBorrowed(
  py: Python,
  t: ThreadBuilder,
  into: Local,
  dict: Expression,
  position: Expression,
  dealloc?: Dealloc,
): void {
  if (py.freeThreaded) {
    getValueRef(py, t, into, dict, position);
    xdecref(py, t, into, dealloc);
    return;
  }
  t.load(into, dictValue(dict, position), { order: 'relaxed' });
}

/** `PyDict_SetItem` with a reference to `value` that becomes the dict's. */
export function setValue(
  py: Python,
  t: ThreadBuilder,
  dict: Expression,
  position: Expression,
  value: Expression,
  dealloc?: Dealloc,
): void {
  const old = t.local('old', 'pointer');
  criticalSection(py, t, dict, () => {
    t.load(old, dictValue(dict, position), { order: 'relaxed' });
    t.store(dictValue(dict, position), value, { order: 'sync' });
    xdecref(py, t, old, dealloc);
  });
}
