import { field } from '../build/thread.ts';
import { add, differs, OLD } from '../machine/expression.ts';
import { decref, incref } from '../python/counts.ts';
import { FIELDS, HEADER, type Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const BORROWED = `
static PyObject *
notify(Watcher *self, PyObject *unused)
{
    PyObject *target = PyWeakref_GetObject(self->weakref);
    if (target != Py_None) {
        Py_INCREF(target);
        Py_DECREF(target);
    }
    Py_RETURN_NONE;
}
`;

const OWNED = `
static PyObject *
notify(Watcher *self, PyObject *unused)
{
    PyObject *target;
    if (PyWeakref_GetRef(self->weakref, &target) > 0) {
        Py_DECREF(target);
    }
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, owned: boolean): void {
  const c = py.source('watcher.c', text);
  const python = py.source('other thread', 'del target');
  const target = py.object('target');
  const weakref = py.object('weakref', {
    type: 'weakref',
    fields: [{ name: 'wr_object', format: 'pointer', initial: target }],
  });
  py.holds('watcher.weakref', weakref);
  const variable = py.holds('target', target);
  const lock = field(weakref, HEADER.mutex);
  call(py, 'watcher.notify()', c, (t, at) => {
    const seen = t.local('target', 'pointer');
    if (!owned) {
      at('PyWeakref_GetObject', () => t.load(seen, field(weakref, FIELDS), { order: 'relaxed' }));
      t.when(seen, () => at('Py_INCREF(target)', () => incref(py, t, seen)));
    } else {
      const alive = t.local('alive', 'flag');
      at('PyWeakref_GetRef', () => {
        t.lock(lock);
        t.load(seen, field(weakref, FIELDS), { order: 'relaxed' });
        t.when(seen, () =>
          t.update(field(seen, HEADER.local), add(OLD, 1), {
            when: differs(OLD, 0),
            ok: alive,
            label: 'tries to take a reference',
          }),
        );
        t.unlock(lock);
      });
      t.when(differs(alive, 1), () => t.set(seen, 0));
    }
    t.when(seen, () => at('Py_DECREF(target)', () => decref(py, t, seen)));
  });
  call(py, 'del target', python, (t, at) =>
    at('del target', () => {
      t.store(variable, 0);
      decref(py, t, target, (_, object) => {
        // Clearing the weak references takes their lock: nobody is half-way through PyWeakref_GetRef afterwards.
        if (!py.hasGil) t.lock(lock);
        t.store(field(weakref, FIELDS), 0, { order: 'sync' });
        if (!py.hasGil) t.unlock(lock);
        t.free(object);
      });
    }),
  );
}

export const borrowedWeakref: Scenario = {
  id: 'borrowed-weakref',
  title: 'The target of a weak reference',
  topic: 'borrowed-refs',
  text:
    'PyWeakref_GetObject gives a borrowed pointer to something that nobody promised to keep. Another thread drops the last ' +
    'reference right after. PyWeakref_GetRef takes a reference if there is still something to refer to.',
  models: ['free-threaded', 'gil'],
  counterpart: 'borrowed_referent',
  rules: ['borrowed-weakref-object'],
  write: py => write(py, BORROWED, false),
  expected: { 'free-threaded': '4 of 7 fail: double-free 2, use-after-free 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'PyWeakref_GetRef instead',
    write: py => write(py, OWNED, true),
    expected: { 'free-threaded': '0 of 4 fail' },
  },
};
