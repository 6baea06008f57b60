import { afterAll, expect, test } from 'vitest';
import { loadCore } from '../../server/src/host/core.ts';
import { RaceThread } from '../../server/src/host/race-thread.ts';
import { type DemonstrationTask, Demonstrator } from '../../server/src/workspace/demonstrator.ts';
import { DEFAULT_SETTINGS as settings } from '../../server/src/workspace/settings.ts';

const FILE = '/w/counter.c';
const TEXT = `#include <Python.h>
static long calls;
static PyObject *count(PyObject *self, PyObject *ignored) { calls++; return PyLong_FromLong(calls); }
static PyMethodDef methods[] = {{"count", count, METH_NOARGS, NULL}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }
`;

const core = await loadCore();
const nowhere = (): Promise<null> => Promise.resolve(null);

function taskFor(text: string): DemonstrationTask {
  const check = { files: [FILE], generated: [], settings, includeDirectories: [] };
  const read = core.read({ file: FILE, text, headers: [], settings, before: null });
  const finding = core.check([read], settings).find(({ rule }) => rule === 'global-counter');
  if (finding === undefined) throw new Error('The counter is not reported.');
  return { check, documents: new Map([[FILE, text]]), finding, request: {} };
}

const thread = RaceThread.find()!;
afterAll(() => thread.stop());
const task = taskFor(TEXT);

test('a thread of its own gives what the core gives', async () => {
  expect(await thread.demonstrate(task)).toEqual(await new Demonstrator(core, nowhere).run(task));
});

test('what somebody waits for goes first, and what nobody waits for any more is left out', async () => {
  const order: string[] = [];
  const run = async (name: string, errand: { patient?: boolean; signal?: { aborted: boolean } }): Promise<void> => {
    await thread.demonstrate(task, errand).then(
      () => order.push(name),
      error => order.push(String(error)),
    );
  };
  await Promise.all([
    run('first', { patient: true }),
    run('patient', { patient: true }),
    run('urgent', {}),
    run('gone', { signal: { aborted: true } }),
  ]);
  expect(order).toEqual(['first', 'Error: The race was cancelled.', 'urgent', 'patient']);
});

test('one that runs is stopped when nobody waits for it any more, and its thread goes on with the next', async () => {
  // Without its bounds the race of so many threads' steps would last for minutes.
  const steps = 'calls++; '.repeat(12);
  const long = taskFor(TEXT.replace('calls++;', steps));
  const boundless = { executions: 1e9, work: 1e15, steps: 1e6, states: 1e9 };
  const signal = { aborted: false };
  const race = thread.demonstrate({ ...long, request: { budget: boundless } }, { signal });
  const next = thread.demonstrate(task);
  setTimeout(() => (signal.aborted = true), 300);
  await expect(race).rejects.toThrow('The race was cancelled.');
  expect((await next).status).toBe('demonstrated');
}, 20_000);

test('one that takes too long ends with its thread, and the next gets another', async () => {
  const hasty = RaceThread.find(0)!;
  await expect(hasty.demonstrate(task)).rejects.toThrow('took more than 0 seconds');
  await expect(hasty.demonstrate(task)).rejects.toThrow('took more than 0 seconds');
  await hasty.stop();
});

test('a demonstration is kept until a text changes', async () => {
  const demonstrator = new Demonstrator(core, nowhere);
  const first = await demonstrator.run(task);
  expect(await demonstrator.run(task)).toBe(first);
  expect(await demonstrator.run(taskFor(`${TEXT}\nstatic int more;\n`))).not.toBe(first);
});
