import { field } from '../build/thread.ts';
import { equal } from '../machine/expression.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *
Range_move(Range *self, PyObject *unused)
{
    self->low = 10;
    self->high = 20;
    Py_RETURN_NONE;
}

static PyObject *
Range_width(Range *self, PyObject *unused)
{
    long low = self->low;
    long high = self->high;
    return PyLong_FromLong(high - low);
}
`;

const LOCKED = `
static PyObject *
Range_move(Range *self, PyObject *unused)
{
    Py_BEGIN_CRITICAL_SECTION(self);  /* move */
    self->low = 10;
    self->high = 20;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
Range_width(Range *self, PyObject *unused)
{
    Py_BEGIN_CRITICAL_SECTION(self);  /* width */
    long low = self->low;
    long high = self->high;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(high - low);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('range.c', text);
  const self = py.object('self', {
    type: 'Range',
    fields: [
      { name: 'low', initial: 0 },
      { name: 'high', initial: 10 },
    ],
  });
  py.holds('range', self);
  const low = field(self, FIELDS);
  const high = field(self, FIELDS + 1);
  call(py, 'range.move()', c, (t, at) => {
    const stores = (): void => {
      at('self->low = 10', () => t.store(low, 10));
      at('self->high = 20', () => t.store(high, 20));
    };
    if (locked) at('/* move */', () => criticalSection(py, t, self, stores));
    else stores();
  });
  call(py, 'range.width()', c, (t, at) => {
    const [a, b] = [t.local('low'), t.local('high')];
    const loads = (): void => {
      at('long low = self->low', () => t.load(a, low));
      at('long high = self->high', () => t.load(b, high));
    };
    if (locked) at('/* width */', () => criticalSection(py, t, self, loads));
    else loads();
    const whole = equal({ operator: '-', left: b, right: a }, 10);
    t.check(whole, 'torn-read', 'low and high belong to different states of the range');
  });
}

export const multiField: Scenario = {
  id: 'two-fields',
  title: 'Two fields that belong together',
  topic: 'object-state',
  text:
    'The range is always ten wide: move() changes both ends. A reader between the two stores sees one new end and one old ' +
    'one. Making each field atomic would not help: the pair must be read and written under one lock.',
  models: ['free-threaded', 'gil'],
  counterpart: 'torn_pair',
  rules: ['multi-field-invariant', 'object-field-read-unlocked'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '2 of 4 fail: torn-read 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'A critical section around both pairs',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
