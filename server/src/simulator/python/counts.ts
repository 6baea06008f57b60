/** `Py_INCREF` and `Py_DECREF` under each way of counting. The free-threaded build's long form is in `biased.ts`. */
import { field, type Local, type ThreadBuilder } from '../build/thread.ts';
import { add, atMost, type Expression, either, equal, less, OLD, subtract } from '../machine/expression.ts';
import { NULL_PAGE } from '../machine/program.ts';
import { biasedDecref, biasedIncref } from './biased.ts';
import { HEADER, type Python } from './python.ts';

/** What frees an object: by default just its memory. Containers drop what they hold first. */
export type Dealloc = (t: ThreadBuilder, object: Expression) => void;

const freeOnly: Dealloc = (t, object) => t.free(object);

export function incref(py: Python, t: ThreadBuilder, object: Expression): void {
  ifMortal(py, t, object, () => countUp(py, t, object));
}

/** NULL is below all objects, and fails as it should. */
function ifMortal(py: Python, t: ThreadBuilder, object: Expression, count: () => void): void {
  if (py.firstMortal === 0 || typeof object === 'number') count();
  else t.when(either(less(object, NULL_PAGE), atMost(py.firstMortal, object)), count);
}

function countUp(py: Python, t: ThreadBuilder, object: Expression): void {
  const count = field(object, HEADER.local);
  switch (py.counting) {
    case 'atomic':
      t.update(count, add(OLD, 1));
      return;
    case 'biased':
      biasedIncref(t, object);
      return;
    case 'plain':
    case 'locked': {
      const seen = t.local('refs');
      underCountLock(py, t, () => {
        t.load(seen, count);
        t.store(count, add(seen, 1));
      });
    }
  }
}

/** The count goes down by one; the last one deallocates. */
export function decref(py: Python, t: ThreadBuilder, object: Expression, dealloc: Dealloc = freeOnly): void {
  ifMortal(py, t, object, () => countDown(py, t, object, dealloc));
}

function countDown(py: Python, t: ThreadBuilder, object: Expression, dealloc: Dealloc): void {
  const count = field(object, HEADER.local);
  switch (py.counting) {
    case 'atomic': {
      const seen = t.temporary();
      t.update(count, subtract(OLD, 1), { into: seen });
      deallocAtZero(t, subtract(seen, 1), object, dealloc);
      return;
    }
    case 'biased':
      biasedDecref(py, t, object, dealloc);
      return;
    case 'plain':
    case 'locked': {
      const seen: Local = t.local('refs');
      underCountLock(py, t, () => {
        t.load(seen, count);
        t.store(count, subtract(seen, 1));
      });
      deallocAtZero(t, subtract(seen, 1), object, dealloc);
    }
  }
}

/** `Py_XDECREF`: nothing for NULL. */
export function xdecref(py: Python, t: ThreadBuilder, object: Expression, dealloc: Dealloc = freeOnly): void {
  t.when(object, () => decref(py, t, object, dealloc));
}

function deallocAtZero(t: ThreadBuilder, count: Expression, object: Expression, dealloc: Dealloc): void {
  t.when(equal(count, 0), () => dealloc(t, object));
  t.check(atMost(0, count), 'negative-count', 'the count went below zero');
}

function underCountLock(py: Python, t: ThreadBuilder, body: () => void): void {
  if (py.counting !== 'locked') {
    body();
    return;
  }
  t.lock(py.countLock);
  body();
  t.unlock(py.countLock);
}
