import { field } from '../build/thread.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static int
Stack_grow(Stack *self)
{
    long *bigger = PyMem_Realloc(self->items, 2 * self->size * sizeof(long));
    self->items = bigger;
    return 0;
}

static PyObject *
Stack_top(Stack *self, PyObject *unused)
{
    long *items = self->items;
    return PyLong_FromLong(items[0]);
}
`;

const LOCKED = `
static int
Stack_grow(Stack *self)
{
    Py_BEGIN_CRITICAL_SECTION(self);    /* grow */
    long *bigger = PyMem_Realloc(self->items, 2 * self->size * sizeof(long));
    self->items = bigger;
    Py_END_CRITICAL_SECTION();
    return 0;
}

static PyObject *
Stack_top(Stack *self, PyObject *unused)
{
    long top;
    Py_BEGIN_CRITICAL_SECTION(self);    /* top */
    long *items = self->items;
    top = items[0];
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(top);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('stack.c', text);
  const small = py.p.object({ name: 'old array', type: 'long[]', fields: [{ name: '[0]', initial: 5 }] });
  const big = py.p.object({
    name: 'new array',
    type: 'long[]',
    alive: false,
    fields: [{ name: '[0]', initial: 5 }, { name: '[1]' }],
  });
  const self = py.object('self', { type: 'Stack', fields: [{ name: 'items', format: 'pointer', initial: small }] });
  py.holds('stack', self);
  call(py, 'stack.grow()', c, (t, at) => {
    const old = t.local('old', 'pointer');
    const bigger = t.local('bigger', 'pointer');
    const body = (): void => {
      at('PyMem_Realloc', () => {
        t.load(old, field(self, FIELDS));
        t.allocate(bigger, [big]);
        t.free(old);
      });
      at('self->items = bigger', () => t.store(field(self, FIELDS), bigger));
    };
    if (locked) at('/* grow */', () => criticalSection(py, t, self, body));
    else body();
  });
  call(py, 'stack.top()', c, (t, at) => {
    const items = t.local('items', 'pointer');
    const body = (): void => {
      at('long *items = self->items', () => t.load(items, field(self, FIELDS)));
      at('items[0]', () => t.load(t.local('top'), field(items, 1)));
    };
    if (locked) at('/* top */', () => criticalSection(py, t, self, body));
    else body();
  });
}

export const reallocBuffer: Scenario = {
  id: 'realloc-in-use',
  title: 'An array that moves while it is read',
  topic: 'allocation',
  text:
    'PyMem_Realloc frees the old array. A reader that has loaded the pointer, or loads it before the new one is stored, reads ' +
    'freed memory. Lists and dicts delay such frees until all readers are past; PyMem_Realloc does not.',
  models: ['free-threaded', 'gil'],
  counterpart: 'resized_buffer',
  rules: ['field-buffer-realloc', 'realloc-published-object'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '1 of 3 fail: use-after-free 1', gil: '0 of 2 fail' },
  fixed: {
    title: 'Critical sections around both',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
