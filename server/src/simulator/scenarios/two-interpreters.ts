import { add, cellValue, equal, OLD } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const PLAIN = `
static long created;

static PyObject *
new_ticket(PyObject *module, PyObject *unused)
{
    created++;
    return PyLong_FromLong(created);
}
`;

const STATE = `
typedef struct { long created; } State;

static PyObject *
new_ticket(PyObject *module, PyObject *unused)
{
    State *state = PyModule_GetState(module);
    atomic_fetch_add(&state->created, 1);
    return PyLong_FromLong(state->created);
}
`;

function finallyTwo(py: Python, total: Parameters<typeof equal>[0]): void {
  py.p.finally(equal(total, 2), 'lost-update', 'two tickets were made, but the counter says one');
}

export const twoInterpreters: Scenario = {
  id: 'two-interpreters-static',
  title: 'One static, two interpreters (PEP 684)',
  topic: 'history',
  text:
    'Each interpreter has a GIL of its own, so the two calls run at once, as they would without any GIL. What is shared is what ' +
    'C code keeps in statics: two locks, one cell. Under the one GIL of old, nothing happens.',
  models: ['subinterpreters', 'gil', 'free-threaded'],
  counterpart: 'two_interpreters',
  rules: ['global-counter', 'missing-multiple-interpreters'],
  write: py => {
    const c = py.source('tickets.c', PLAIN);
    const created = py.p.global('created');
    calls(py, 2, 'new_ticket()', c, (t, at) => {
      const seen = t.local('created');
      at('created++', () => {
        t.load(seen, created);
        t.store(created, add(seen, 1));
      });
    });
    finallyTwo(py, cellValue(created));
  },
  expected: {
    subinterpreters: '2 of 4 fail: lost-update 2',
    gil: '0 of 2 fail',
    'free-threaded': '2 of 4 fail: lost-update 2',
  },
  fixed: {
    title: 'Module state instead of a static (PEP 489)',
    models: ['subinterpreters', 'gil', 'free-threaded'],
    write: py => {
      const c = py.source('tickets.c', STATE);
      // Each interpreter imports the module and gets a state of its own.
      const states = py.model === 'subinterpreters' ? 2 : 1;
      const created = py.p.globals('state->created', states);
      calls(py, 2, 'new_ticket()', c, (t, at) =>
        at('atomic_fetch_add', () => t.update(created + (t.index % states), add(OLD, 1))),
      );
      finallyTwo(py, states === 2 ? add(cellValue(created), cellValue(created + 1)) : cellValue(created));
    },
    expected: { subinterpreters: '0 of 1 fail', gil: '0 of 2 fail', 'free-threaded': '0 of 2 fail' },
  },
};
