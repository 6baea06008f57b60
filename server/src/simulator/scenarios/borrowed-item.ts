import type { Source } from '../build/source.ts';
import { inPython } from '../python/attach.ts';
import { decref, incref } from '../python/counts.ts';
import { getItemBorrowed, getItemRef, makeList, setItem } from '../python/list.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';

const BORROWED = `
static PyObject *
first(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 0);
    Py_INCREF(item);
    long n = PyLong_AsLong(item);
    Py_DECREF(item);
    return PyLong_FromLong(n);
}
`;

const OWNED = `
static PyObject *
first(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItemRef(list, 0);
    long n = PyLong_AsLong(item);
    Py_DECREF(item);
    return PyLong_FromLong(n);
}
`;

function write(py: Python, text: string, take: (py: Python, source: Source, list: number) => void): void {
  const c = py.source('first.c', text);
  const writer = py.source('other thread', 'items[0] = other');
  const item = py.object('o1', { type: 'int' });
  const other = py.object('o2', { type: 'int' });
  const list = makeList(py, 'items', [item]);
  py.p.global('items', list, { format: 'pointer', owns: true });
  take(py, c, list);
  const t = py.thread('items[0] = other');
  inPython(py, t, () => py.line(t, writer, 'items[0] = other', () => setItem(py, t, list, 0, other)));
}

export const borrowedItem: Scenario = {
  id: 'borrowed-item',
  title: 'A borrowed list item',
  topic: 'borrowed-refs',
  text:
    'PyList_GetItem returns a pointer without a reference. Between it and Py_INCREF another thread can replace the item, ' +
    'and with it goes the last reference. With the GIL nothing can run in that gap. PyList_GetItemRef takes the reference ' +
    'in the same step.',
  models: ['free-threaded', 'gil', 'atomic-counts', 'locked-counts'],
  counterpart: 'borrowed_item',
  rules: ['borrowed-list-item'],
  write: py =>
    write(py, BORROWED, (_, c, list) => {
      const t = py.thread('first(items)');
      const item = t.local('item', 'pointer');
      inPython(py, t, () => {
        py.line(t, c, 'PyList_GetItem(list, 0)', () => getItemBorrowed(py, t, item, list, 0));
        py.line(t, c, 'Py_INCREF(item)', () => incref(py, t, item));
        py.line(t, c, 'Py_DECREF(item)', () => decref(py, t, item));
      });
    }),
  expected: {
    'free-threaded': '4 of 7 fail: double-free 2, use-after-free 2',
    gil: '0 of 2 fail',
    'atomic-counts': '4 of 7 fail: double-free 2, use-after-free 2',
    'locked-counts': '6 of 11 fail: double-free 2, use-after-free 4',
  },
  fixed: {
    title: 'PyList_GetItemRef instead',
    models: ['free-threaded', 'gil'],
    write: py =>
      write(py, OWNED, (_, c, list) => {
        const t = py.thread('first(items)');
        const item = t.local('item', 'pointer');
        inPython(py, t, () => {
          py.line(t, c, 'PyList_GetItemRef(list, 0)', () => getItemRef(py, t, item, list, 0));
          py.line(t, c, 'Py_DECREF(item)', () => decref(py, t, item));
        });
      }),
    expected: { 'free-threaded': '0 of 3 fail', gil: '0 of 2 fail' },
  },
};
