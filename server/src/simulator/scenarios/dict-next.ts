import { decref, incref } from '../python/counts.ts';
import { dictValue, makeDict, setValue } from '../python/dict.ts';
import type { Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *
collect(PyObject *module, PyObject *dict)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    while (PyDict_Next(dict, &pos, &key, &value)) {
        keep(Py_NewRef(value));
    }
    Py_RETURN_NONE;
}
`;

const LOCKED = `
static PyObject *
collect(PyObject *module, PyObject *dict)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &pos, &key, &value)) {
        keep(Py_NewRef(value));
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('collect.c', text);
  const python = py.source('other thread', 'settings["b"] = other');
  const [a, b, other] = [py.object('va'), py.object('vb'), py.object('other')];
  const dict = makeDict(py, 'settings', { a, b });
  py.holds('settings', dict);
  call(py, 'collect(settings)', c, (t, at) => {
    const walk = (): void => {
      for (const position of [0, 1]) {
        const value = t.local('value', 'pointer');
        at('PyDict_Next', () => t.load(value, dictValue(dict, position), { order: 'relaxed' }));
        at('Py_NewRef(value)', () => {
          incref(py, t, value);
          decref(py, t, value);
        });
      }
    };
    if (locked) at('Py_BEGIN_CRITICAL_SECTION', () => criticalSection(py, t, dict, walk));
    else walk();
  });
  call(py, 'settings["b"] = other', python, (t, at) =>
    at('settings["b"] = other', () => setValue(py, t, dict, 1, other)),
  );
}

export const dictNext: Scenario = {
  id: 'dict-next',
  title: 'PyDict_Next while somebody writes',
  topic: 'object-state',
  text:
    'PyDict_Next lends key and value, and takes no lock. A value that is replaced during the loop can be gone before the loop ' +
    'takes its reference. The whole loop belongs into a critical section on the dict.',
  models: ['free-threaded', 'gil'],
  counterpart: 'dict_next',
  rules: ['dict-next-unlocked'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '4 of 7 fail: double-free 2, use-after-free 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'A critical section around the loop',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
