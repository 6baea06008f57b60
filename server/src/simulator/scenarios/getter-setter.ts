import { field } from '../build/thread.ts';
import { decref, incref } from '../python/counts.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *
Node_get_value(Node *self, void *closure)
{
    return Py_NewRef(self->value);
}

static int
Node_set_value(Node *self, PyObject *value, void *closure)
{
    Py_SETREF(self->value, Py_NewRef(value));
    return 0;
}
`;

const LOCKED = `
static PyObject *
Node_get_value(Node *self, void *closure)
{
    PyObject *value;
    Py_BEGIN_CRITICAL_SECTION(self);    /* get */
    value = Py_NewRef(self->value);
    Py_END_CRITICAL_SECTION();
    return value;
}

static int
Node_set_value(Node *self, PyObject *value, void *closure)
{
    Py_BEGIN_CRITICAL_SECTION(self);    /* set */
    Py_SETREF(self->value, Py_NewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('node.c', text);
  const old = py.object('o1');
  const other = py.object('o2');
  const self = py.object('self', {
    type: 'Node',
    fields: [{ name: 'value', format: 'pointer', owns: true, initial: old }],
  });
  py.holds('node', self);
  const slot = field(self, FIELDS);
  call(py, 'node.value', c, (t, at) => {
    const value = t.local('value', 'pointer');
    const get = (): void =>
      at('Py_NewRef(self->value)', () => {
        t.load(value, slot);
        incref(py, t, value);
      });
    if (locked) at('/* get */', () => criticalSection(py, t, self, get));
    else get();
    at('Node_get_value', () => decref(py, t, value));
  });
  call(py, 'node.value = o2', c, (t, at) => {
    const seen = t.local('old', 'pointer');
    const set = (): void =>
      at('Py_SETREF', () => {
        t.load(seen, slot);
        t.store(slot, other);
        decref(py, t, seen);
      });
    if (locked) at('/* set */', () => criticalSection(py, t, self, set));
    else set();
  });
}

export const getterSetter: Scenario = {
  id: 'getter-and-setter',
  title: 'A getter and a setter',
  topic: 'object-state',
  text:
    'The getter loads the field and then takes a reference to what it found. The setter replaces the field and drops the old ' +
    'value in between: the reference is taken on freed memory. It takes only attribute access from Python.',
  models: ['free-threaded', 'gil'],
  counterpart: 'read_reference',
  rules: ['object-field-read-unlocked', 'setref-field-unlocked'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '4 of 7 fail: double-free 2, use-after-free 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'Critical sections in both',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 3 fail' },
  },
};
