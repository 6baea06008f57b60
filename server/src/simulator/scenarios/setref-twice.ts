import { field } from '../build/thread.ts';
import { decref } from '../python/counts.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static int
Node_set_value(Node *self, PyObject *value, void *closure)
{
    Py_XSETREF(self->value, Py_NewRef(value));
    return 0;
}
`;

const LOCKED = `
static int
Node_set_value(Node *self, PyObject *value, void *closure)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->value, Py_NewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('node.c', text);
  const old = py.object('o', { type: 'str' });
  const self = py.object('self', {
    type: 'Node',
    fields: [{ name: 'value', format: 'pointer', owns: true, initial: old }],
  });
  py.holds('node', self);
  for (const name of ['a', 'b']) {
    // The caller's reference was already given to the call.
    const value = py.object(name, { type: 'str' });
    call(py, `node.value = ${name}`, c, (t, at) => {
      const seen = t.local('old', 'pointer');
      const setref = (): void =>
        at('Py_XSETREF', () => {
          t.load(seen, field(self, FIELDS));
          t.store(field(self, FIELDS), value);
          t.when(seen, () => decref(py, t, seen));
        });
      if (locked) at('Py_BEGIN_CRITICAL_SECTION', () => criticalSection(py, t, self, setref));
      else setref();
    });
  }
}

export const setrefTwice: Scenario = {
  id: 'setref-twice',
  title: 'Py_XSETREF by two threads',
  topic: 'object-state',
  text:
    'Py_XSETREF loads the old value, stores the new one and drops the old one: three steps. Two threads can load the same old ' +
    'value, and then drop one reference twice. What each of them stored before the other is lost too.',
  models: ['free-threaded', 'gil'],
  counterpart: 'swap_reference',
  rules: ['setref-field-unlocked'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '8 of 10 fail: negative-count 4, use-after-free 4', gil: '0 of 2 fail' },
  fixed: {
    title: 'A critical section on self',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
