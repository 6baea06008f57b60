import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CheckPool } from '../../server/src/cli/pool.ts';
import { DEFAULT_SETTINGS } from '../../server/src/workspace/settings.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A thread that does what the name of the file says. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ id, request }) => {
  const [file] = request.files;
  if (file === 'dies') process.exit(3);
  if (file === 'throws') throw new Error('thrown');
  if (file === 'says') parentPort.postMessage({ id, files: null, error: 'said' });
  else parentPort.postMessage({ id, files: [{ file }] });
});
`;

function pool(program: string): CheckPool {
  const file = path.join(folder, `${program.length}.cjs`);
  writeFileSync(file, program);
  return CheckPool.start(2, file)!;
}

const ask = (of: CheckPool, file: string) =>
  of.check({ files: [file], generated: [], settings: DEFAULT_SETTINGS, includeDirectories: [] });

test('a job that kills its thread fails alone, and more jobs than threads are done', async () => {
  const threads = pool(PROGRAM);
  const names = ['a', 'dies', 'b', 'throws', 'says', 'c', 'dies', 'd'];
  const results = await Promise.allSettled(names.map(name => ask(threads, name)));
  expect(results.map(result => (result.status === 'fulfilled' ? 'ok' : String(result.reason)))).toEqual([
    'ok',
    'Error: A thread ended with code 3.',
    'ok',
    'Error: thrown',
    'Error: said',
    'ok',
    'Error: A thread ended with code 3.',
    'ok',
  ]);
  await threads.stop();
});

test('threads that can not even start fail all jobs instead of waiting for ever', async () => {
  const threads = pool('throw new Error("no start");');
  const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(name => ask(threads, name)));
  expect(results.every(result => result.status === 'rejected')).toBe(true);
  await threads.stop();
});

test('a cancelled job is not started', async () => {
  const threads = pool(PROGRAM);
  const request = { files: ['a'], generated: [], settings: DEFAULT_SETTINGS, includeDirectories: [] };
  expect(await threads.check(request, { aborted: true })).toBeNull();
  await threads.stop();
});
