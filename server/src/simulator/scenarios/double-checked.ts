import { field } from '../build/thread.ts';
import { not } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const EARLY = `
static int ready;
static Table *table;
static PyMutex table_lock = {0};

static long
look_up(long key)
{
    if (!ready) {
        PyMutex_Lock(&table_lock);
        if (ready == 0) {               /* look again */
            ready = 1;
            table = make_table();
        }
        PyMutex_Unlock(&table_lock);
    }
    return table->values[key];
}
`;

const LATE = `
static int ready;
static Table *table;
static PyMutex table_lock = {0};

static long
look_up(long key)
{
    if (!_Py_atomic_load_int_acquire(&ready)) {
        PyMutex_Lock(&table_lock);
        if (ready == 0) {               /* look again */
            table = make_table();
            _Py_atomic_store_int_release(&ready, 1);
        }
        PyMutex_Unlock(&table_lock);
    }
    return table->values[key];
}
`;

function write(py: Python, text: string, late: boolean): void {
  const c = py.source('table.c', text);
  const ready = py.p.global('ready', 0, { format: 'flag' });
  const table = py.p.global('table', 0, { format: 'pointer' });
  const lock = py.p.global('table_lock', 0, { format: 'holder' });
  const order = late ? ({ order: 'sync' } as const) : {};
  calls(py, 2, 'look_up(0)', c, (t, at) => {
    const seen = t.local('ready', 'flag');
    const object = t.local('table', 'pointer');
    const made = py.p.object({
      name: `table of ${t.name}`,
      type: 'Table',
      alive: false,
      fields: [{ name: 'values[0]', initial: 9 }],
    });
    at(late ? 'if (!_Py_atomic_load_int_acquire' : '    if (!ready) {', () => t.load(seen, ready, order));
    t.when(not(seen), () => {
      at('PyMutex_Lock', () => t.lock(lock));
      at('/* look again */', () => t.load(seen, ready, { order: 'relaxed' }));
      t.when(not(seen), () => {
        const publish = (): void =>
          at(late ? '_Py_atomic_store_int_release' : 'ready = 1', () => t.store(ready, 1, order));
        if (!late) publish();
        at('make_table()', () => {
          t.allocate(object, [made]);
          t.store(table, object);
        });
        if (late) publish();
      });
      at('PyMutex_Unlock', () => t.unlock(lock));
    });
    at('return table->values[key]', () => {
      t.load(object, table);
      t.load(t.local('value'), field(object, 1));
    });
  });
}

export const doubleChecked: Scenario = {
  id: 'double-checked',
  title: 'A flag that is set too early',
  topic: 'atomics',
  text:
    'The lock is taken only when the flag is not set; so the flag must be the last thing that is written. Set first, it lets the ' +
    'other thread past while the table is still NULL. Stores with release and loads with acquire keep the order for the ' +
    'processor too.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  rules: ['double-checked-locking'],
  write: py => write(py, EARLY, false),
  expected: {
    'free-threaded': '2 of 6 fail: null-dereference 2',
    gil: '0 of 2 fail',
    subinterpreters: '2 of 6 fail: null-dereference 2',
  },
  fixed: {
    title: 'The flag last, with release',
    write: py => write(py, LATE, true),
    expected: { 'free-threaded': '0 of 4 fail' },
  },
};
