import { field } from '../build/thread.ts';
import { equal } from '../machine/expression.ts';
import { FIELDS } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const SOURCE = `
static Py_hash_t
Key_hash(Key *self)                /* tp_hash */
{
    Py_hash_t hash = _Py_atomic_load_ssize_relaxed(&self->hash);
    if (hash == -1) {
        hash = compute(self);      /* from fields that never change */
        _Py_atomic_store_ssize_relaxed(&self->hash, hash);
    }
    return hash;
}
`;

export const cachedHash: Scenario = {
  id: 'cached-hash',
  title: 'A race that is none: the cached hash',
  topic: 'type-slots',
  text:
    'Both threads may find the hash missing and both compute it: they store the same value. Nothing is lost, nobody sees a ' +
    'wrong hash. Only the accesses must be atomic, so that the compiler keeps them whole.',
  models: ['free-threaded', 'gil'],
  rules: [],
  write: py => {
    const c = py.source('key.c', SOURCE);
    const self = py.object('self', { type: 'Key', fields: [{ name: 'hash', initial: -1 }] });
    py.holds('key', self);
    calls(py, 2, 'hash(key)', c, (t, at) => {
      const hash = t.local('hash');
      at('_Py_atomic_load', () => t.load(hash, field(self, FIELDS), { order: 'relaxed' }));
      t.when(equal(hash, -1), () => {
        at('hash = compute(self)', () => t.set(hash, 42));
        at('_Py_atomic_store', () => t.store(field(self, FIELDS), hash, { order: 'relaxed' }));
      });
      t.check(equal(hash, 42), 'torn-read', 'a wrong hash was returned');
    });
  },
  expected: { 'free-threaded': '0 of 4 fail', gil: '0 of 2 fail' },
};
