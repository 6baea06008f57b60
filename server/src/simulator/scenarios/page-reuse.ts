import { dropFromPage, givePageAway, keepIfStillThere, makePage, tryIncrefInPage } from '../python/pages.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const AT_ONCE = `
/* the writer */
list->ob_item[0] = other;
Py_DECREF(old);
if (page_is_empty(page))
    give_page_to_other_data(page);

/* a reader without a lock */
item = list->ob_item[0];
_Py_TryIncref(item);
if (item != list->ob_item[0])
    Py_DECREF(item);
`;

const WAITING = AT_ONCE.replace('if (page_is_empty(page))', 'if (page_is_empty(page) && qsbr_goal_reached(page))');

function write(py: Python, text: string, waits: boolean): void {
  const c = py.source('allocator.c', text);
  const page = makePage(py);
  call(py, 'replaces the item, its page becomes free', c, (t, at) => {
    const empty = t.local('page is empty', 'flag');
    const passed = t.local('reader past', 'flag');
    at('list->ob_item[0] = other', () => t.store(page.slot, 0, { order: 'sync' }));
    at('Py_DECREF(old)', () => dropFromPage(t, page, empty));
    t.when(empty, () => {
      at('if (page_is_empty', () => {
        if (waits) t.load(passed, page.past, { order: 'sync' });
        else t.set(passed, 1);
      });
      t.when(passed, () => at('give_page_to_other_data', () => givePageAway(t, page)));
    });
  });
  call(py, 'reads the list', c, (t, at) => {
    const seen = t.local('item', 'flag');
    const ok = t.local('ok', 'flag');
    at('item = list->ob_item[0]', () => t.load(seen, page.slot, { order: 'sync' }));
    t.when(seen, () => {
      at('_Py_TryIncref(item)', () => tryIncrefInPage(t, page, ok));
      at('if (item != list->ob_item[0])', () => keepIfStillThere(t, page, ok));
    });
    t.store(page.past, 1, { order: 'sync', label: 'passes a safe point' });
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
  expected: { 'free-threaded': '2 of 7 fail: use-after-free 2' },
  fixed: {
    title: 'The page waits',
    write: py => write(py, WAITING, true),
    expected: { 'free-threaded': '0 of 8 fail' },
  },
};
