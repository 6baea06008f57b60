import { field } from '../build/thread.ts';
import { differs, not } from '../machine/expression.ts';
import { allowThreads } from '../python/attach.ts';
import { pyMutexLock, pyMutexUnlock } from '../python/mutex.ts';
import { FIELDS, type Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *
File_read(File *self, PyObject *unused)
{
    char *buffer = self->buffer;
    if (buffer == NULL)
        return closed_error();
    Py_BEGIN_ALLOW_THREADS
    fill(buffer, self->fd);
    Py_END_ALLOW_THREADS
    return make_bytes(buffer);
}

static PyObject *
File_close(File *self, PyObject *unused)
{
    PyMem_Free(self->buffer);
    self->buffer = NULL;
    Py_RETURN_NONE;
}
`;

const LOCKED = `
static PyObject *
File_read(File *self, PyObject *unused)
{
    PyMutex_Lock(&self->lock);         /* read */
    char *buffer = self->buffer;
    if (buffer != NULL) {
        Py_BEGIN_ALLOW_THREADS
        fill(buffer, self->fd);
        Py_END_ALLOW_THREADS
    }
    PyMutex_Unlock(&self->lock);       /* read */
    return make_bytes(buffer);
}

static PyObject *
File_close(File *self, PyObject *unused)
{
    PyMutex_Lock(&self->lock);         /* close */
    PyMem_Free(self->buffer);
    self->buffer = NULL;
    PyMutex_Unlock(&self->lock);       /* close */
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('file.c', text);
  const memory = py.p.object({ name: 'buffer', type: 'char[]', fields: [{ name: 'bytes' }] });
  const self = py.object('self', {
    type: 'File',
    fields: [{ name: 'buffer', format: 'pointer', initial: memory }],
  });
  py.holds('file', self);
  const lock = locked ? py.p.global('self->lock', 0, { format: 'holder' }) : 0;
  const guarded = (t: Parameters<Parameters<typeof call>[3]>[0], body: () => void): void => {
    if (locked) pyMutexLock(py, t, lock);
    body();
    if (locked) pyMutexUnlock(t, lock);
  };
  call(py, 'file.read()', c, (t, at) => {
    const buffer = t.local('buffer', 'pointer');
    at(locked ? 'PyMutex_Lock(&self->lock);         /* read */' : 'char *buffer = self->buffer', () =>
      guarded(t, () => {
        at('char *buffer = self->buffer', () => t.load(buffer, field(self, FIELDS)));
        t.when(differs(buffer, 0), () =>
          at('Py_BEGIN_ALLOW_THREADS', () =>
            allowThreads(py, t, () => at('fill(buffer', () => t.store(field(buffer, 1), 7, { order: 'relaxed' }))),
          ),
        );
      }),
    );
  });
  call(py, 'file.close()', c, (t, at) => {
    const buffer = t.local('buffer', 'pointer');
    at(locked ? 'PyMutex_Lock(&self->lock);         /* close */' : 'PyMem_Free(self->buffer)', () =>
      guarded(t, () => {
        at('PyMem_Free(self->buffer)', () => {
          t.load(buffer, field(self, FIELDS));
          t.when(not(not(buffer)), () => t.free(buffer));
        });
        at('self->buffer = NULL', () => t.store(field(self, FIELDS), 0));
      }),
    );
  });
}

export const closeWhileReading: Scenario = {
  id: 'close-while-reading',
  title: 'close() during a read without the GIL',
  topic: 'gil-api',
  text:
    'read() lets other threads run while it waits for data; close() frees the buffer under it. The GIL never helped here: the ' +
    'window is the detached stretch. A PyMutex is kept while its thread is detached.',
  models: ['free-threaded', 'gil'],
  rules: ['allow-threads-shared-field'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '1 of 3 fail: use-after-free 1', gil: '1 of 4 fail: use-after-free 1' },
  fixed: {
    title: 'A PyMutex around both',
    models: ['free-threaded', 'gil'],
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail', gil: '0 of 3 fail' },
  },
};
