import { add, cellValue, equal, OLD, subtract } from '../machine/expression.ts';
import { decref } from '../python/counts.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const PLAIN = `
static long live_handles;

static void
Handle_dealloc(Handle *self)
{
    live_handles--;
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}
`;

const ATOMIC = PLAIN.replace('static long live_handles', 'static _Atomic long live_handles').replace(
  'live_handles--;',
  'atomic_fetch_sub(&live_handles, 1);',
);

function write(py: Python, text: string, atomic: boolean): void {
  const c = py.source('handle.c', text);
  const live = py.p.global('live_handles', 2);
  py.p.finally(equal(cellValue(live), 0), 'lost-update', 'both handles are gone, but one is still counted');
  const handles = [py.object('h1', { type: 'Handle' }), py.object('h2', { type: 'Handle' })];
  calls(py, 2, 'del handle', c, (t, at) => {
    const seen = t.local('live_handles');
    at('Handle_dealloc', () =>
      decref(py, t, handles[t.index]!, (_, object) => {
        if (atomic) at('atomic_fetch_sub', () => t.update(live, add(OLD, -1)));
        else {
          at('live_handles--', () => {
            t.load(seen, live);
            t.store(live, subtract(seen, 1));
          });
        }
        at('tp_free', () => t.free(object));
      }),
    );
  });
}

export const deallocCounter: Scenario = {
  id: 'dealloc-counter',
  title: 'A static that tp_dealloc changes',
  topic: 'type-slots',
  text:
    'A deallocator runs alone with its object, but not alone: two objects can be freed at once. What it changes outside its ' +
    'object is shared like any other static.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  counterpart: 'dealloc_count',
  rules: ['dealloc-global-state', 'global-counter'],
  write: py => write(py, PLAIN, false),
  expected: {
    'free-threaded': '2 of 4 fail: lost-update 2',
    gil: '0 of 2 fail',
    subinterpreters: '2 of 4 fail: lost-update 2',
  },
  fixed: {
    title: 'One atomic operation',
    write: py => write(py, ATOMIC, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
