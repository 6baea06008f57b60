/**
 * Look-ups in dicts without a lock (Objects/dictobject.c, `_Py_dict_lookup_threadsafe`), every access a step: a keys block
 * behind `ma_keys`, with one entry a position. A reader takes a reference, then looks whether entry and block still stand.
 */
import { field, type Local, type Place, type ThreadBuilder } from '../build/thread.ts';
import { add, both, type Expression, equal } from '../machine/expression.ts';
import { newRefWithLock, tryIncref } from './biased.ts';
import { decref } from './counts.ts';
import { FIELDS, type Python } from './python.ts';
import { criticalSection } from './sections.ts';

const KEYS = FIELDS;
const RELAXED = { order: 'relaxed' } as const;
const RELEASE = { order: 'sync' } as const;

const entry = (keys: Expression, position: Expression): Place => field(keys, add(1, position));

export interface LongDict {
  readonly dict: number;
  readonly keys: number;
  readonly names: readonly string[];
}

function makeKeys(
  py: Python,
  name: string,
  names: readonly string[],
  values: readonly number[],
  alive: boolean,
): number {
  return py.p.object({
    name,
    type: 'keys',
    alive,
    fields: names.map((key, i) => ({
      name: `["${key}"]`,
      format: 'pointer' as const,
      owns: true,
      initial: values[i] ?? 0,
    })),
  });
}

export function makeLongDict(py: Python, name: string, values: Readonly<Record<string, number>>): LongDict {
  const names = Object.keys(values);
  const keys = makeKeys(py, `${name} keys`, names, Object.values(values), true);
  const dict = py.object(name, { type: 'dict', fields: [{ name: 'ma_keys', format: 'pointer', initial: keys }] });
  return { dict, keys, names };
}

/** `into` receives the value with a reference. */
export function lookUpLong(py: Python, t: ThreadBuilder, into: Local, dict: Expression, position: number): void {
  const keys = t.local('keys', 'pointer');
  const again = t.local('again', 'pointer');
  const slow = t.local('slow path', 'flag');
  t.set(slow, 1);
  t.load(keys, field(dict, KEYS), RELEASE);
  t.load(into, entry(keys, position), RELEASE);
  t.when(into, () => {
    const ok = tryIncref(t, into);
    t.when(ok, () => {
      t.load(again, entry(keys, position), RELEASE);
      t.when(
        equal(again, into),
        () => t.load(again, field(dict, KEYS), RELEASE),
        () => t.set(again, 0),
      );
      t.when(
        both(again, equal(again, keys)),
        () => t.set(slow, 0),
        () => decref(py, t, into),
      );
    });
  });
  t.when(slow, () =>
    criticalSection(py, t, dict, () => {
      t.load(keys, field(dict, KEYS), RELAXED);
      t.load(into, entry(keys, position), RELAXED);
      newRefWithLock(t, into);
    }),
  );
}

/** A look-up that trusts the first block it sees. */
export function lookUpNaively(
  t: ThreadBuilder,
  into: Local,
  dict: Expression,
  position: number,
  take: () => void,
): void {
  const keys = t.local('keys', 'pointer');
  t.load(keys, field(dict, KEYS), RELEASE);
  t.load(into, entry(keys, position), RELEASE);
  t.when(into, take);
}

export function setValueLong(
  py: Python,
  t: ThreadBuilder,
  dict: Expression,
  position: number,
  value: Expression,
): void {
  const keys = t.local('keys', 'pointer');
  const old = t.local('old', 'pointer');
  criticalSection(py, t, dict, () => {
    t.load(keys, field(dict, KEYS), RELAXED);
    t.load(old, entry(keys, position), RELAXED);
    t.store(entry(keys, position), value, RELEASE);
    t.when(old, () => decref(py, t, old));
  });
}

/** A new key does not fit: the entries move to a bigger block, and `retire` gets the old one. */
export function growLong(
  py: Python,
  t: ThreadBuilder,
  { dict, keys: old, names }: LongDict,
  newKey: string,
  value: Expression,
  retire: (keys: Expression) => void,
): void {
  const fresh = makeKeys(py, 'new keys', [...names, newKey], [], false);
  const keys = t.local('new keys', 'pointer');
  const moved = t.temporary();
  criticalSection(py, t, dict, () => {
    t.allocate(keys, [fresh]);
    for (const i of names.keys()) {
      t.load(moved, entry(old, i), RELAXED);
      t.store(entry(keys, i), moved, RELAXED);
    }
    t.store(entry(keys, names.length), value, RELAXED);
    t.store(field(dict, KEYS), keys, RELEASE);
    retire(old);
  });
}
