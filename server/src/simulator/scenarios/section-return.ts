import { field } from '../build/thread.ts';
import { FIELDS, HEADER, type Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const RETURNS = `
static PyObject *
Box_get(Box *self, PyObject *unused)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->value == 0)
        return PyLong_FromLong(0);
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(1);
}
`;

const ENDS = `
static PyObject *
Box_get(Box *self, PyObject *unused)
{
    long result;
    Py_BEGIN_CRITICAL_SECTION(self);
    result = self->value != 0;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(result);
}
`;

function write(py: Python, text: string, returns: boolean): void {
  const c = py.source('box.c', text);
  const self = py.object('self', { type: 'Box', fields: [{ name: 'value' }] });
  py.holds('box', self);
  const mutex = field(self, HEADER.mutex);
  calls(py, 2, 'box.get()', c, (t, at) => {
    const value = t.local('value');
    // Nothing at all with a GIL: the macros are only braces there.
    if (py.freeThreaded) at('Py_BEGIN_CRITICAL_SECTION', () => t.lock(mutex));
    at(returns ? 'if (self->value == 0)' : 'result = self->value', () => t.load(value, field(self, FIELDS)));
    const end = (): void => {
      if (py.freeThreaded) at('Py_END_CRITICAL_SECTION', () => t.unlock(mutex));
    };
    if (returns) t.when(value, end);
    else end();
  });
}

export const sectionReturn: Scenario = {
  id: 'return-from-section',
  title: 'A return inside a critical section',
  topic: 'critical-sections',
  text:
    'The return jumps over Py_END_CRITICAL_SECTION: the object stays locked, and the next call waits for ever. In the build ' +
    'with the GIL the two macros are braces, and nobody notices.',
  models: ['free-threaded', 'gil'],
  counterpart: 'section_return',
  rules: ['critical-section-return'],
  write: py => write(py, RETURNS, true),
  expected: { 'free-threaded': '2 of 2 fail: deadlock 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'One way out',
    models: ['free-threaded', 'gil'],
    write: py => write(py, ENDS, false),
    expected: { 'free-threaded': '0 of 2 fail', gil: '0 of 2 fail' },
  },
};
