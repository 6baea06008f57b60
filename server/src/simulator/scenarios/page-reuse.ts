import { add, both, differs, equal, OLD } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const AT_ONCE = `
/* the writer */
list->ob_item[0] = other;
free_object(old);
if (page_is_empty(page))
    give_page_to_other_data(page);

/* a reader without a lock */
item = list->ob_item[0];
_Py_TryIncref(item);
`;

const WAITING = AT_ONCE.replace('if (page_is_empty(page))', 'if (page_is_empty(page) && qsbr_goal_reached(page))');

const OBJECTS = 1;
const OTHER_DATA = 2;

function write(py: Python, text: string, waits: boolean): void {
  const c = py.source('allocator.c', text);
  const p = py.p;
  // The page: what it is used for, and the word that holds a count as long as it is a page of objects.
  const use = p.global('page is for (1 objects, 2 other data)', OBJECTS);
  const word = p.global('word in the page', 4);
  const slot = p.global('list->ob_item[0] is the object', 1, { format: 'flag' });
  const offline = p.global('reader has passed a safe point', 0, { format: 'flag' });
  call(py, 'replaces the item, its page becomes free', c, (t, at) => {
    const passed = t.local('reader past', 'flag');
    at('list->ob_item[0] = other', () => t.store(slot, 0, { order: 'sync' }));
    at('free_object(old)', () => t.store(word, 0, { order: 'relaxed' }));
    at('if (page_is_empty', () => {
      if (waits) t.load(passed, offline, { order: 'sync' });
      else t.set(passed, 1);
    });
    t.when(passed, () =>
      at('give_page_to_other_data', () => {
        t.store(use, OTHER_DATA, { order: 'relaxed' });
        t.store(word, 1000, { order: 'relaxed' });
      }),
    );
  });
  call(py, 'reads the list', c, (t, at) => {
    const seen = t.local('item', 'flag');
    const again = t.local('again', 'flag');
    const ok = t.local('ok', 'flag');
    const kind = t.local('page use');
    at('item = list->ob_item[0]', () => t.load(seen, slot, { order: 'sync' }));
    t.when(seen, () =>
      at('_Py_TryIncref(item)', () => {
        t.atomic(
          () => {
            t.update(word, add(OLD, 4), { when: both(differs(OLD, 0), differs(OLD, 3)), ok });
            t.load(kind, use, { order: 'relaxed' });
          },
          { label: 'tries to take a reference' },
        );
        t.check(
          equal(kind, OBJECTS),
          'use-after-free',
          'what the reader raised is no count any more: it is data of somebody else',
        );
        t.when(ok, () => t.load(again, slot, { order: 'sync' }));
      }),
    );
    t.store(offline, 1, { order: 'sync', label: 'passes a safe point' });
  });
}

export const pageReuse: Scenario = {
  id: 'page-reuse',
  title: 'Pages that wait before they are used for other data',
  topic: 'history',
  text:
    'A reader without a lock may hold a pointer to an object that was freed a moment ago, and raise its count. That does no harm ' +
    'as long as the memory still holds a count: freed, or an object of the same size; the second look rejects it. So mimalloc ' +
    'gives an empty page of objects to other data only after all readers have passed a safe point.',
  models: ['free-threaded'],
  rules: [],
  write: py => write(py, AT_ONCE, false),
  expected: { 'free-threaded': '2 of 6 fail: use-after-free 2' },
  fixed: {
    title: 'The page waits',
    write: py => write(py, WAITING, true),
    expected: { 'free-threaded': '0 of 8 fail' },
  },
};
