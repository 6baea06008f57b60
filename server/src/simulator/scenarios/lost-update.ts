import { field } from '../build/thread.ts';
import { add, cellValue, equal, OLD } from '../machine/expression.ts';
import { inPython } from '../python/attach.ts';
import { FIELDS, type Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';

const PLAIN = `
static PyObject *
Counter_next(Counter *self, PyObject *unused)
{
    self->n++;
    Py_RETURN_NONE;
}
`;

const ATOMIC = PLAIN.replace('self->n++;', 'atomic_fetch_add(&self->n, 1);');

function counter(py: Python): number {
  const self = py.object('self', { type: 'Counter', fields: [{ name: 'n' }] });
  py.p.global('counter', self, { format: 'pointer', owns: true });
  py.p.finally(equal(cellValue(self + FIELDS), 2), 'lost-update', 'two calls counted, but self->n grew by one');
  return self;
}

export const lostUpdate: Scenario = {
  id: 'lost-update',
  title: 'A counter in the object',
  topic: 'object-state',
  text:
    'self->n++ is a load and a store. When both threads load before either stores, one of the two increments is lost. ' +
    'Under the GIL no other thread runs between the load and the store.',
  models: ['free-threaded', 'gil'],
  counterpart: 'lost_update',
  rules: ['object-field-rmw'],
  write: py => {
    const c = py.source('counter.c', PLAIN);
    const self = counter(py);
    for (let i = 0; i < 2; i++) {
      const t = py.thread('Counter_next(self)');
      const n = t.local('n');
      inPython(py, t, () =>
        py.line(t, c, 'self->n++', () => {
          t.load(n, field(self, FIELDS));
          t.store(field(self, FIELDS), add(n, 1));
        }),
      );
    }
  },
  expected: { 'free-threaded': '2 of 4 fail: lost-update 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'One atomic operation',
    write: py => {
      const c = py.source('counter.c', ATOMIC);
      const self = counter(py);
      for (let i = 0; i < 2; i++) {
        const t = py.thread('Counter_next(self)');
        inPython(py, t, () =>
          py.line(t, c, 'atomic_fetch_add(&self->n, 1)', () => t.update(field(self, FIELDS), add(OLD, 1))),
        );
      }
    },
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
