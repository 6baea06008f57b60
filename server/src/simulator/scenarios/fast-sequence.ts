import { field } from '../build/thread.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *
first_size(PyObject *module, PyObject *arg)
{
    PyObject *fast = PySequence_Fast(arg, "a sequence");
    if (PySequence_Fast_GET_SIZE(fast) == 0)
        return PyLong_FromLong(0);
    PyObject **items = PySequence_Fast_ITEMS(fast);
    Py_ssize_t size = PyObject_Size(items[0]);
    return PyLong_FromSsize_t(size);
}
`;

const LOCKED = `
static PyObject *
first_size(PyObject *module, PyObject *arg)
{
    Py_ssize_t size = 0;
    PyObject *fast = PySequence_Fast(arg, "a sequence");
    Py_BEGIN_CRITICAL_SECTION_SEQUENCE_FAST(arg);
    if (PySequence_Fast_GET_SIZE(fast) > 0) {
        PyObject **items = PySequence_Fast_ITEMS(fast);
        size = size_of(items[0]);
    }
    Py_END_CRITICAL_SECTION_SEQUENCE_FAST();
    return PyLong_FromSsize_t(size);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('sizes.c', text);
  const python = py.source('other thread', 'items.clear()');
  const item = py.object('o1', { type: 'str' });
  const array = py.p.object({
    name: 'ob_item array',
    type: 'PyObject *[]',
    fields: [{ name: '[0]', format: 'pointer', owns: true, initial: item }],
  });
  const list = py.object('items', {
    type: 'list',
    fields: [
      { name: 'ob_item', format: 'pointer', initial: array },
      { name: 'ob_size', initial: 1 },
    ],
  });
  py.holds('items', list);
  call(py, 'first_size(items)', c, (t, at) => {
    const items = t.local('items', 'pointer');
    const read = (): void => {
      const size = t.local('size');
      at('PySequence_Fast_GET_SIZE', () => t.load(size, field(list, FIELDS + 1), { order: 'relaxed' }));
      t.when(size, () => {
        at('PySequence_Fast_ITEMS', () => t.load(items, field(list, FIELDS), { order: 'relaxed' }));
        const first = t.local('items[0]', 'pointer');
        at(locked ? 'size_of(items[0])' : 'PyObject_Size(items[0])', () => {
          t.load(first, field(items, 1), { order: 'relaxed' });
          t.load(t.temporary(), field(first, 1), { order: 'relaxed', label: 'uses the item' });
        });
      });
    };
    if (locked) at('Py_BEGIN_CRITICAL_SECTION_SEQUENCE_FAST', () => criticalSection(py, t, list, read));
    else read();
  });
  call(py, 'items.clear()', python, (t, at) =>
    at('items.clear()', () =>
      criticalSection(py, t, list, () => {
        t.store(field(list, FIELDS + 1), 0, { order: 'relaxed' });
        t.store(field(list, FIELDS), 0, { order: 'sync' });
        // The list was not marked as shared by anybody: its array goes at once.
        t.store(field(array, 1), 0, { order: 'relaxed' });
        t.free(item);
        t.free(array);
      }),
    ),
  );
}

export const fastSequence: Scenario = {
  id: 'fast-sequence',
  title: 'PySequence_Fast_ITEMS and a list that changes',
  topic: 'buffers',
  text:
    'For a list, PySequence_Fast returns the list itself, and PySequence_Fast_ITEMS a pointer into it. Another thread clears ' +
    'the list: the array is freed, the items too. The macro for exactly this locks the list while its array is used.',
  models: ['free-threaded', 'gil'],
  counterpart: 'sequence_fast',
  rules: ['sequence-fast-unlocked'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '4 of 6 fail: null-dereference 2, use-after-free 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'Py_BEGIN_CRITICAL_SECTION_SEQUENCE_FAST',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
  assumptions: ['The last references of the cleared list are dropped as one step: its items are freed at once.'],
};
