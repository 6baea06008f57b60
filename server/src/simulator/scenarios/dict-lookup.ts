import { makeQueues } from '../python/biased.ts';
import { decref, incref } from '../python/counts.ts';
import { growLong, lookUpLong, lookUpNaively, makeLongDict, setValueLong } from '../python/dict-protocol.ts';
import { MAYBE_WEAKREF, type Python } from '../python/python.ts';
import { freeDelayed, goOffline, makeQsbr } from '../python/qsbr.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const NAIVE = `
/* a look-up without a lock */
keys = mp->ma_keys;
value = keys->entries[i].me_value;
Py_INCREF(value);
Py_DECREF(value);          /* done with it */
`;

const PROTOCOL = `
/* a look-up without a lock */
keys = mp->ma_keys;
value = keys->entries[i].me_value;
if (!_Py_TryXGetRef(&entry->me_value) || mp->ma_keys != keys)
    value = locked_look_up(mp);
Py_DECREF(value);          /* done with it */
`;

const WRITER = `
options["b"] = two      # the keys move to a bigger block
options["a"] = other    # the old value goes away
`;

function write(py: Python, text: string, naive: boolean): void {
  const c = py.source('dictobject.c', text);
  const python = py.source('other thread', WRITER);
  makeQueues(py, 2);
  const value = py.object('one', { owner: 1, shared: MAYBE_WEAKREF });
  const other = py.object('other', { owner: 1, shared: MAYBE_WEAKREF });
  const two = py.object('two', { owner: 1 });
  const options = makeLongDict(py, 'options', { a: value });
  py.holds('options', options.dict);
  const qsbr = makeQsbr(py, 2);
  call(py, 'options["a"]', c, (t, at) => {
    const found = t.local('value', 'pointer');
    at('keys = mp->ma_keys', () => {
      if (naive) lookUpNaively(t, found, options.dict, 0, () => at('Py_INCREF(value)', () => incref(py, t, found)));
      else lookUpLong(py, t, found, options.dict, 0);
    });
    t.when(found, () => at('/* done with it */', () => decref(py, t, found)));
    at('/* done with it */', () => goOffline(t, qsbr));
  });
  call(py, 'the writer', python, (t, at) => {
    at('options["b"] = two', () => growLong(py, t, options, 'b', two, keys => freeDelayed(t, qsbr, keys)));
    at('options["a"] = other', () => {
      setValueLong(py, t, options.dict, 0, other);
      goOffline(t, qsbr);
    });
  });
}

export const dictLookup: Scenario = {
  id: 'dict-look-up',
  title: 'A dict look-up without a lock',
  topic: 'history',
  text:
    'Look-ups take no lock either: load the block of keys, load the value, try to take a reference, and look again at both. A ' +
    'reader in an old block may find a value that is gone from the dict; the second look notices. The block itself stays ' +
    'readable: its free is delayed.',
  models: ['free-threaded'],
  form: 'long',
  rules: ['container-internals-access'],
  write: py => write(py, NAIVE, true),
  expected: { 'free-threaded': '54 of 386 fail: double-free 16, use-after-free 38' },
  fixed: {
    title: 'Try, and look again',
    write: py => write(py, PROTOCOL, false),
    expected: { 'free-threaded': '0 of 644 fail' },
  },
};
