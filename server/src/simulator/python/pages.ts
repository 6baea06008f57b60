/**
 * Pages of the allocator, as far as readers without a lock see them (Objects/mimalloc, Python/qsbr.c): a freed object's memory
 * still holds a count until its page is given to other data, and a page that readers may look at waits for their safe point.
 * One object, one page. The short form is a reader that finds and takes the object in one step (`getItemRef` in `list.ts`).
 */
import type { Local, ThreadBuilder } from '../build/thread.ts';
import { add, both, differs, equal, not, OLD, subtract } from '../machine/expression.ts';
import { ONE_SHARED, type Python } from './python.ts';

const OBJECTS = 1;
const OTHER_DATA = 2;
const MERGED_AND_GONE = 3;

export interface Page {
  /** What its memory is used for. */
  readonly use: number;
  /** The object's count while it is a page of objects. */
  readonly word: number;
  /** 1 while the container refers to the object. */
  readonly slot: number;
  /** The reader has passed a safe point: what it looks at now it loaded after that. */
  readonly past: number;
}

/** The object is alive; its container's reference is the only one. */
export function makePage(py: Python): Page {
  return {
    use: py.p.global('page is for (1 objects, 2 other data)', OBJECTS),
    word: py.p.global('word in the page', ONE_SHARED),
    slot: py.p.global('list->ob_item[0] is the object', 1, { format: 'flag' }),
    past: py.p.global('reader has passed a safe point', 0, { format: 'flag' }),
  };
}

/** Drops a reference; `freed` receives 1 when it was the last one. */
export function dropFromPage(t: ThreadBuilder, page: Page, freed: Local): void {
  const before = t.temporary();
  t.update(page.word, subtract(OLD, ONE_SHARED), { into: before, label: 'drops its reference' });
  t.set(freed, equal(before, ONE_SHARED));
}

/** The memory is used for something else from now on. */
export function givePageAway(t: ThreadBuilder, page: Page): void {
  t.store(page.use, OTHER_DATA, { order: 'relaxed' });
  t.store(page.word, 1000, { order: 'relaxed' });
}

/** `_Py_TryIncref` on memory that may have been freed: `ok` receives 1 when the count was raised. */
export function tryIncrefInPage(t: ThreadBuilder, page: Page, ok: Local): void {
  const use = t.temporary();
  t.atomic(
    () => {
      t.update(page.word, add(OLD, ONE_SHARED), { when: both(differs(OLD, 0), differs(OLD, MERGED_AND_GONE)), ok });
      t.load(use, page.use, { order: 'relaxed' });
    },
    { label: 'tries to take a reference' },
  );
  t.check(
    equal(use, OBJECTS),
    'use-after-free',
    'what the reader raised is no count any more: it is data of somebody else',
  );
}

/** The second look: a reference to something that the container does not refer to any more is given back. */
export function keepIfStillThere(t: ThreadBuilder, page: Page, ok: Local): void {
  const again = t.local('again', 'flag');
  const freed = t.temporary();
  t.when(ok, () => {
    t.load(again, page.slot, { order: 'sync' });
    t.set(ok, again);
    t.when(not(again), () => dropFromPage(t, page, freed));
  });
}
