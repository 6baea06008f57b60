/** The programs that every system of counting runs: two threads take references and drop them again. */
import { costsOf } from '../play/costs.ts';
import type { CostRow, ModelName } from '../playback.ts';
import { makeQueues } from '../python/biased.ts';
import { decref, incref } from '../python/counts.ts';
import { Python } from '../python/python.ts';
import { call } from './writing.ts';

const SHARED = `
/* o: shared by both threads; one reference is held by the variable "keep" */
Py_INCREF(o);
Py_DECREF(o);
`;

const MIXED = `
/* mine: made by this thread, and seen by nobody else, as most objects are */
Py_INCREF(mine);
Py_DECREF(mine);
/* o: shared by both threads */
Py_INCREF(o);
Py_DECREF(o);
`;

export function countShared(py: Python): void {
  write(py, SHARED, false);
}

/** What most code does more of: objects of its own, and now and then a shared one. */
export function countOwnAndShared(py: Python): void {
  write(py, MIXED, true);
}

function write(py: Python, text: string, own: boolean): void {
  const c = py.source('counts.c', text);
  if (py.counting === 'biased') makeQueues(py, 1);
  const o = py.object('o');
  py.holds('keep', o);
  for (let i = 0; i < 2; i++) {
    const mine = own ? py.object(`mine of T${i + 1}`, { owner: i }) : 0;
    if (own) py.holds(`variable of T${i + 1}`, mine);
    call(py, own ? 'counts its own object, then the shared one' : 'Py_INCREF(o); Py_DECREF(o);', c, (t, at) => {
      if (own) {
        at('Py_INCREF(mine)', () => incref(py, t, mine));
        at('Py_DECREF(mine)', () => decref(py, t, mine));
      }
      at('Py_INCREF(o)', () => incref(py, t, o));
      at('Py_DECREF(o)', () => decref(py, t, o));
    });
  }
}

const SYSTEMS: readonly { model: ModelName; form: 'short' | 'long'; system: string; note: string }[] = [
  { model: 'gil', form: 'short', system: 'the GIL', note: 'one lock for everything, taken once a turn' },
  { model: 'naive-counts', form: 'short', system: 'no GIL, nothing else changed', note: 'counts go wrong' },
  {
    model: 'locked-counts',
    form: 'short',
    system: 'a lock around every count (1996)',
    note: 'a lock for each operation',
  },
  {
    model: 'atomic-counts',
    form: 'short',
    system: 'atomic counts (Gilectomy)',
    note: 'the line moves at every operation',
  },
  {
    model: 'free-threaded',
    form: 'long',
    system: 'biased counts (PEP 703)',
    note: 'the owner needs no atomic operation; the other thread does',
  },
];

/** The same program under each system. */
export function countingCosts(): CostRow[] {
  return SYSTEMS.map(({ model, form, system, note }) => {
    const py = new Python(model, form);
    countOwnAndShared(py);
    return costsOf(py.p.build(), { system, note });
  });
}
