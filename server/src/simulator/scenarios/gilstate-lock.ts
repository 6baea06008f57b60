import { add, cellValue, equal } from '../machine/expression.ts';
import { withGilState } from '../python/attach.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { foreign } from './writing.ts';

const PLAIN = `
static long events;

static void
on_event(void *user_data)
{
    PyGILState_STATE state = PyGILState_Ensure();
    events++;
    PyGILState_Release(state);
}
`;

const LOCKED = `
static long events;
static PyMutex events_lock = {0};

static void
on_event(void *user_data)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyMutex_Lock(&events_lock);
    events++;
    PyMutex_Unlock(&events_lock);
    PyGILState_Release(state);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('callback.c', text);
  const events = py.p.global('events');
  const lock = locked ? py.p.global('events_lock', 0, { format: 'holder' }) : 0;
  py.p.finally(equal(cellValue(events), 2), 'lost-update', 'two events came, one was counted');
  for (let i = 0; i < 2; i++) {
    foreign(py, 'on_event() in a thread of the library', c, (t, at) => {
      const seen = t.local('events');
      at('PyGILState_Ensure', () =>
        withGilState(py, t, () => {
          if (locked) at('PyMutex_Lock', () => t.lock(lock));
          at('    events++', () => {
            t.load(seen, events);
            t.store(events, add(seen, 1));
          });
          if (locked) at('PyMutex_Unlock', () => t.unlock(lock));
        }),
      );
    });
  }
}

export const gilstateLock: Scenario = {
  id: 'gilstate-is-no-lock',
  title: 'PyGILState_Ensure as a lock',
  topic: 'gil-api',
  text:
    'PyGILState_Ensure attaches the thread. With the GIL that also means: one thread at a time. In the free-threaded build any ' +
    'number of threads are attached at once, and the counter loses updates.',
  models: ['free-threaded', 'gil'],
  counterpart: 'gilstate_callback',
  rules: ['gilstate-as-lock'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '2 of 4 fail: lost-update 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'A lock of its own',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
