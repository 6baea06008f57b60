import { field } from '../build/thread.ts';
import { add, less } from '../machine/expression.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const PLAIN = `
static PyObject *
Cursor_next(Cursor *self)          /* tp_iternext */
{
    if (self->index >= 1)
        return NULL;
    self->index++;
    return PyLong_FromLong(self->values[self->index - 1]);
}
`;

const LOCKED = `
static PyObject *
Cursor_next(Cursor *self)          /* tp_iternext */
{
    long value;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->index >= 1)
        value = -1;
    else {
        self->index++;
        value = self->values[self->index - 1];
    }
    Py_END_CRITICAL_SECTION();
    return value < 0 ? NULL : PyLong_FromLong(value);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('cursor.c', text);
  const values = py.p.object({ name: 'values', type: 'long[1]', fields: [{ name: '[0]', initial: 7 }] });
  const self = py.object('self', { type: 'Cursor', fields: [{ name: 'index' }] });
  py.holds('cursor', self);
  calls(py, 2, 'next(cursor)', c, (t, at) => {
    const index = t.local('index');
    const step = (): void => {
      at('if (self->index >= 1)', () => t.load(index, field(self, FIELDS)));
      t.when(less(index, 1), () => {
        at('self->index++', () => {
          t.load(index, field(self, FIELDS));
          t.store(field(self, FIELDS), add(index, 1));
        });
        at('self->values[self->index - 1]', () => {
          t.load(index, field(self, FIELDS));
          t.load(t.local('value'), field(values, index));
        });
      });
    };
    if (locked) at('Py_BEGIN_CRITICAL_SECTION', () => criticalSection(py, t, self, step));
    else step();
  });
}

export const sharedIterator: Scenario = {
  id: 'shared-iterator',
  title: 'next() on one iterator by two threads',
  topic: 'type-slots',
  text:
    'Both calls see that one value is left. Both move the index on, and the second one reads behind the end of the array. ' +
    'Nothing stops Python code from sharing an iterator between threads.',
  models: ['free-threaded', 'gil'],
  rules: ['iternext-state-unlocked'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '4 of 10 fail: out-of-bounds 4', gil: '0 of 2 fail' },
  fixed: {
    title: 'A critical section on the iterator',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
