import { add, bitAnd, both, equal, not, OLD } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
/* look-up of a method in the type cache */
version = entry->version;
value = entry->value;
if (version == type->version)
    return value;

/* another thread fills the entry for another type */
entry->version = 2;
entry->value = method_of_type_2;
`;

const SEQUENCE = `
/* look-up of a method in the type cache */
sequence = _PySeqLock_BeginRead(&entry->sequence);
version = entry->version;
value = entry->value;
if (version == type->version && _PySeqLock_EndRead(&entry->sequence, sequence))
    return value;

/* another thread fills the entry for another type */
_PySeqLock_LockWrite(&entry->sequence);
entry->version = 2;
entry->value = method_of_type_2;
_PySeqLock_UnlockWrite(&entry->sequence);
`;

function write(py: Python, text: string, sequenced: boolean): void {
  const c = py.source('typeobject.c', text);
  const version = py.p.global('entry->version', 1);
  const value = py.p.global('entry->value', 1);
  const sequence = sequenced ? py.p.global('entry->sequence') : 0;
  call(py, 'looks a method of type 1 up', c, (t, at) => {
    const [before, after] = [t.local('sequence'), t.local('sequence again')];
    const [v, m] = [t.local('version'), t.local('value')];
    const hit = t.local('hit', 'flag');
    if (sequenced) at('_PySeqLock_BeginRead', () => t.load(before, sequence, { order: 'sync' }));
    at('version = entry->version', () => t.load(v, version, { order: 'sync' }));
    at('value = entry->value', () => t.load(m, value, { order: 'sync' }));
    t.set(hit, equal(v, 1));
    if (sequenced) {
      at('_PySeqLock_EndRead', () => {
        t.load(after, sequence, { order: 'sync' });
        t.set(hit, both(hit, both(equal(before, after), not(bitAnd(before, 1)))));
      });
    }
    t.when(hit, () => t.check(equal(m, 1), 'torn-read', 'the method of another type was returned'));
  });
  call(py, 'fills the entry for type 2', c, (t, at) => {
    if (sequenced) at('_PySeqLock_LockWrite', () => t.update(sequence, add(OLD, 1)));
    at('entry->version = 2', () => t.store(version, 2, { order: 'sync' }));
    at('entry->value = method_of_type_2', () => t.store(value, 2, { order: 'sync' }));
    if (sequenced) at('_PySeqLock_UnlockWrite', () => t.update(sequence, add(OLD, 1)));
  });
}

export const typeCache: Scenario = {
  id: 'type-cache',
  title: 'A cache entry that changes while it is read',
  topic: 'history',
  text:
    'Look-ups of methods go through a cache that all threads share. The version tag says for which type an entry is; read ' +
    'before the entry is filled anew, it vouches for the value of another type. A sequence number, odd while somebody writes ' +
    'and compared after the read, tells the reader to look elsewhere.',
  models: ['free-threaded', 'gil'],
  rules: [],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '1 of 4 fail: torn-read 1', gil: '0 of 2 fail' },
  fixed: {
    title: 'A sequence lock',
    write: py => write(py, SEQUENCE, true),
    expected: { 'free-threaded': '0 of 18 fail' },
  },
};
