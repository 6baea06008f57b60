import { expect, test } from 'vitest';
import { ahead } from '../../server/src/cli/demonstrating.ts';

async function* numbers(upTo: number): AsyncIterable<number> {
  for (let n = 1; n <= upTo; n++) yield n;
}

test('what is made ahead comes in the order of what it is made from, and never too much at once', async () => {
  let making = 0;
  let most = 0;
  const out: number[] = [];
  const slowFirst = async (n: number): Promise<number> => {
    most = Math.max(most, ++making);
    for (let turn = 0; turn < 10 - n; turn++) await Promise.resolve();
    making--;
    return n * n;
  };
  for await (const square of ahead(numbers(6), 3, slowFirst)) out.push(square);
  expect(out).toEqual([1, 4, 9, 16, 25, 36]);
  expect(most).toBe(3);
});

test('a mistake in one comes out when its turn comes', async () => {
  const out: number[] = [];
  const run = async (): Promise<void> => {
    const act = (n: number): Promise<number> => (n === 3 ? Promise.reject(new Error('three')) : Promise.resolve(n));
    for await (const n of ahead(numbers(6), 4, act)) out.push(n);
  };
  await expect(run()).rejects.toThrow('three');
  expect(out).toEqual([1, 2]);
});
