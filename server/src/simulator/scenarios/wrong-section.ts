import { field } from '../build/thread.ts';
import { decref, incref } from '../python/counts.ts';
import { getItemBorrowed, makeList, setItem } from '../python/list.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const WRONG = `
static PyObject *
Queue_first(Queue *self, PyObject *unused)
{
    PyObject *item;
    Py_BEGIN_CRITICAL_SECTION(self);
    item = Py_NewRef(PyList_GET_ITEM(self->items, 0));
    Py_END_CRITICAL_SECTION();
    return item;
}
`;

const RIGHT = WRONG.replace('SECTION(self)', 'SECTION(self->items)');

function write(py: Python, text: string, right: boolean): void {
  const c = py.source('queue.c', text);
  const python = py.source('other thread', 'queue.items[0] = other');
  const item = py.object('o1');
  const other = py.object('o2');
  const list = makeList(py, 'items', [item]);
  const self = py.object('self', {
    type: 'Queue',
    fields: [{ name: 'items', format: 'pointer', owns: true, initial: list }],
  });
  py.holds('queue', self);
  call(py, 'queue.first()', c, (t, at) => {
    const items = t.local('items', 'pointer');
    const taken = t.local('item', 'pointer');
    t.load(items, field(self, FIELDS));
    at('Py_BEGIN_CRITICAL_SECTION', () =>
      criticalSection(py, t, right ? items : self, () =>
        at('PyList_GET_ITEM', () => {
          getItemBorrowed(py, t, taken, items, 0);
          incref(py, t, taken);
        }),
      ),
    );
    at('return item', () => decref(py, t, taken));
  });
  call(py, 'queue.items[0] = other', python, (t, at) =>
    at('queue.items[0] = other', () => setItem(py, t, list, 0, other)),
  );
}

export const wrongSection: Scenario = {
  id: 'wrong-lock',
  title: 'A critical section on the wrong object',
  topic: 'critical-sections',
  text:
    'The section locks self, but the list is changed by code that locks the list. Two different locks exclude nobody: the item ' +
    'goes away between the load and the reference. The section must name the object whose content is read.',
  models: ['free-threaded', 'gil'],
  rules: ['critical-section-wrong-object'],
  write: py => write(py, WRONG, false),
  expected: { 'free-threaded': '4 of 7 fail: double-free 2, use-after-free 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'The section on the list',
    write: py => write(py, RIGHT, true),
    expected: { 'free-threaded': '0 of 3 fail' },
  },
};
