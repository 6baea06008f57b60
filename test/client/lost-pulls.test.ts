import { expect, test } from 'vitest';
import { PullWatch } from '../../client/src/lost-pulls.ts';

function watched() {
  const timers: (() => void)[] = [];
  const versions = new Map<string, number>();
  const it = {
    refreshes: 0,
    versions,
    watch: new PullWatch({
      later: (_, run) => timers.push(run),
      shownVersion: uri => versions.get(uri) ?? null,
      refresh: () => it.refreshes++,
    }),
    type(uri: string) {
      versions.set(uri, (versions.get(uri) ?? 1) + 1);
      it.watch.changed(uri);
    },
    elapse() {
      for (const run of timers.splice(0)) run();
    },
  };
  return it;
}

test('a change that nobody asks about is asked about', () => {
  const it = watched();
  it.watch.asked('a.c', 1);
  it.type('a.c');
  it.elapse();
  expect(it.refreshes).toBe(1);
  // Asked for anew, the document is known again.
  it.watch.asked('a.c', 2);
  it.type('a.c');
  it.watch.asked('a.c', 3);
  it.elapse();
  expect(it.refreshes).toBe(1);
});

test('typing on is one wait, and the last version counts', () => {
  const it = watched();
  it.watch.asked('a.c', 1);
  it.type('a.c');
  it.type('a.c');
  it.watch.asked('a.c', 2);
  it.elapse();
  expect(it.refreshes).toBe(1);
});

test('what is not shown, was closed, or is none of our files is left alone', () => {
  const it = watched();
  it.watch.asked('hidden.c', 1);
  it.watch.changed('hidden.c');
  it.watch.asked('closed.c', 1);
  it.type('closed.c');
  it.watch.closed('closed.c');
  it.type('notes.txt');
  it.elapse();
  expect(it.refreshes).toBe(0);
});
