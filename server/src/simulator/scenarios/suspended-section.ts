import { field } from '../build/thread.ts';
import { add, cellValue, equal } from '../machine/expression.ts';
import { mayRunPython } from '../python/attach.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const STALE = `
static PyObject *
Counter_add(Counter *self, PyObject *amount)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    long n = self->n;
    long more = PyLong_AsLong(amount);   /* may call __index__ */
    self->n = n + more;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
`;

const FRESH = `
static PyObject *
Counter_add(Counter *self, PyObject *amount)
{
    long more = PyLong_AsLong(amount);   /* may call __index__ */
    Py_BEGIN_CRITICAL_SECTION(self);
    long n = self->n;
    self->n = n + more;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, fresh: boolean): void {
  const c = py.source('counter.c', text);
  const self = py.object('self', { type: 'Counter', fields: [{ name: 'n' }] });
  py.holds('counter', self);
  py.p.finally(equal(cellValue(self + FIELDS), 2), 'lost-update', 'two additions of 1, but self->n grew by one');
  calls(py, 2, 'counter.add(1)', c, (t, at) => {
    const n = t.local('n');
    const convert = (): void => at('PyLong_AsLong', () => mayRunPython(py, t));
    if (fresh) convert();
    at('Py_BEGIN_CRITICAL_SECTION', () =>
      criticalSection(py, t, self, () => {
        at('long n = self->n', () => t.load(n, field(self, FIELDS)));
        if (!fresh) convert();
        at('self->n = n + more', () => t.store(field(self, FIELDS), add(n, 1)));
      }),
    );
  });
}

export const suspendedSection: Scenario = {
  id: 'suspended-section',
  title: 'A critical section that was suspended',
  topic: 'critical-sections',
  text:
    'A call that may run Python code can give up the critical section and take it again: whatever was read before is stale ' +
    'afterwards. The GIL has the same hole at the same call. Convert the argument first, then read and write in one section.',
  models: ['free-threaded', 'gil'],
  counterpart: 'suspended_section',
  rules: ['critical-section-suspended-state'],
  write: py => write(py, STALE, false),
  expected: { 'free-threaded': '4 of 6 fail: lost-update 4', gil: '4 of 6 fail: lost-update 4' },
  fixed: {
    title: 'The call before the section',
    models: ['free-threaded', 'gil'],
    write: py => write(py, FRESH, true),
    expected: { 'free-threaded': '0 of 2 fail', gil: '0 of 6 fail' },
  },
};
