import { expect, test } from 'vitest';
import { Rest } from '../../server/src/lsp/rest.ts';

/** Timers that run when the test says so. */
function resting(): { readonly rest: Rest; readonly elapse: () => void; readonly collected: () => number } {
  const pending = new Set<() => void>();
  let collected = 0;
  const rest = new Rest({
    later(_milliseconds, run) {
      pending.add(run);
      return () => pending.delete(run);
    },
    collect() {
      collected++;
    },
  });
  const elapse = (): void => {
    const due = [...pending];
    pending.clear();
    for (const run of due) run();
  };
  return { rest, elapse, collected: () => collected };
}

test('memory is given back once after a row of changes, and not again before the next', () => {
  const { rest, elapse, collected } = resting();
  elapse();
  expect(collected()).toBe(0);
  for (let i = 0; i < 5; i++) rest.touched();
  expect(collected()).toBe(0);
  elapse();
  elapse();
  expect(collected()).toBe(1);
  rest.touched();
  elapse();
  expect(collected()).toBe(2);
});
