import type { Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SOURCE = `
static PyObject *
Bag_update(Bag *self, Bag *other)
{
    LOCK(self);
    LOCK(other);
    copy_items(self, other);
    UNLOCK(other);
    UNLOCK(self);
    Py_RETURN_NONE;
}
`;

function write(py: Python): void {
  const c = py.source('bag.c', SOURCE);
  const bags = [py.object('a', { type: 'Bag' }), py.object('b', { type: 'Bag' })] as const;
  py.holds('a', bags[0]);
  py.holds('b', bags[1]);
  for (const [self, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    call(py, `${'ab'[self]}.update(${'ab'[other]})`, c, (t, at) =>
      at('    LOCK(self)', () =>
        criticalSection(py, t, bags[self], () =>
          at('    LOCK(other)', () => criticalSection(py, t, bags[other], () => {})),
        ),
      ),
    );
  }
}

export const sectionsAbba: Scenario = {
  id: 'locks-that-let-go',
  title: 'A lock on every object, and locks that let go',
  topic: 'history',
  text:
    'Replacing the one lock by a lock on every object (the patch of 1996, the Gilectomy) brings deadlocks: two objects locked in ' +
    'opposite orders. Critical sections are given up while their thread waits, so no circle of waiting threads can close. The ' +
    'same nesting runs under each system.',
  models: ['free-threaded', 'locked-counts', 'atomic-counts', 'gil'],
  counterpart: 'abba_sections',
  rules: ['lock-order-inversion', 'critical-section-nested'],
  write,
  expected: {
    'free-threaded': '0 of 9 fail',
    'locked-counts': '1 of 3 fail: deadlock 1',
    'atomic-counts': '1 of 3 fail: deadlock 1',
    gil: '0 of 2 fail',
  },
};
