import { field } from '../build/thread.ts';
import { atMost, cellValue, equal, not, subtract } from '../machine/expression.ts';
import { mayRunPython } from '../python/attach.ts';
import { FIELDS, type Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const SOURCE = `
static PyObject *
Account_withdraw(Account *self, PyObject *amount)
{
    if (self->balance >= 10) {
        call_hooks(self);              /* runs Python code */
        self->balance -= 10;
    }
    Py_RETURN_NONE;
}
`;

const FIXED = `
static PyObject *
Account_withdraw(Account *self, PyObject *amount)
{
    long balance = atomic_load(&self->balance);
    call_hooks(self);                  /* runs Python code */
    while (balance >= 10 &&
           !atomic_compare_exchange_weak(&self->balance, &balance, balance - 10))
        continue;
    Py_RETURN_NONE;
}
`;

function account(py: Python): number {
  const self = py.object('self', { type: 'Account', fields: [{ name: 'balance', initial: 10 }] });
  py.holds('account', self);
  py.p.finally(
    atMost(0, cellValue(self + FIELDS)),
    'not-serialisable',
    'both withdrawals passed the test: the balance is negative',
  );
  py.p.serialisable('self->balance', cellValue(self + FIELDS));
  return self;
}

export const checkThenAct: Scenario = {
  id: 'check-then-act',
  title: 'A check, a call into Python, an act',
  topic: 'history',
  text:
    'Under the GIL a thread runs undisturbed only until it calls something that may run Python code: there it can be switched ' +
    'out. What was checked before the call need not hold after it, with and without the GIL.',
  models: ['gil', 'free-threaded'],
  rules: ['check-then-act-container'],
  write: py => {
    const c = py.source('account.c', SOURCE);
    const balance = field(account(py), FIELDS);
    calls(py, 2, 'account.withdraw(10)', c, (t, at) => {
      const seen = t.local('balance');
      at('if (self->balance', () => t.load(seen, balance));
      t.when(atMost(10, seen), () => {
        at('call_hooks', () => mayRunPython(py, t));
        at('self->balance -= 10', () => {
          t.load(seen, balance);
          t.store(balance, subtract(seen, 10));
        });
      });
    });
  },
  expected: { gil: '4 of 6 fail: not-serialisable 4', 'free-threaded': '2 of 6 fail: not-serialisable 2' },
  fixed: {
    title: 'Test and update as one atomic step',
    models: ['gil', 'free-threaded'],
    write: py => {
      const c = py.source('account.c', FIXED);
      const balance = field(account(py), FIELDS);
      calls(py, 2, 'account.withdraw(10)', c, (t, at) => {
        const seen = t.local('balance');
        const done = t.local('done', 'flag');
        at('atomic_load', () => t.load(seen, balance, { order: 'sync' }));
        at('call_hooks', () => mayRunPython(py, t));
        at('atomic_compare_exchange_weak', () => {
          t.set(done, not(atMost(10, seen)));
          t.loop(equal(done, 0), () => {
            t.compareExchange(balance, seen, subtract(seen, 10), { ok: done });
            t.when(not(done), () => {
              t.load(seen, balance, { order: 'sync' });
              t.when(not(atMost(10, seen)), () => t.set(done, 1));
            });
          });
        });
      });
    },
    expected: { gil: '0 of 6 fail', 'free-threaded': '0 of 4 fail' },
  },
};
