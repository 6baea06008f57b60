import { allowThreads } from '../python/attach.ts';
import { decref, incref } from '../python/counts.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const WRONG = `
static PyObject *
Job_wait(Job *self, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    wait_for(self->handle);
    Py_INCREF(self->result);
    Py_END_ALLOW_THREADS
    return self->result;
}
`;

const RIGHT = `
static PyObject *
Job_wait(Job *self, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    wait_for(self->handle);
    Py_END_ALLOW_THREADS
    Py_INCREF(self->result);
    return self->result;
}
`;

function write(py: Python, text: string, inside: boolean): void {
  const c = py.source('job.c', text);
  const result = py.object('result');
  py.holds('job.result', result);
  calls(py, 2, 'job.wait()', c, (t, at) => {
    const take = (): void => at('Py_INCREF(self->result)', () => incref(py, t, result));
    at('Py_BEGIN_ALLOW_THREADS', () => allowThreads(py, t, () => (inside ? take() : undefined)));
    if (!inside) take();
    at('return self->result', () => decref(py, t, result));
  });
}

export const detachedAccess: Scenario = {
  id: 'detached-access',
  title: 'A Python object between ALLOW_THREADS',
  topic: 'gil-api',
  text:
    'Between Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS the thread is detached: it may not touch Python objects, in any ' +
    'build. With the GIL the count is changed without the lock that protects it; free-threaded, a collection may be running.',
  models: ['free-threaded', 'gil'],
  counterpart: 'detached_memory',
  rules: ['allow-threads-python-api'],
  write: py => write(py, WRONG, true),
  expected: { 'free-threaded': '1 of 1 fail: detached-access 1', gil: '2 of 2 fail: detached-access 2' },
  fixed: {
    title: 'The reference after Py_END_ALLOW_THREADS',
    models: ['free-threaded', 'gil'],
    write: py => write(py, RIGHT, false),
    expected: { 'free-threaded': '0 of 6 fail', gil: '0 of 6 fail' },
  },
};
