import { field } from '../build/thread.ts';
import { add, equal, OLD, subtract } from '../machine/expression.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static int
Array_getbuffer(Array *self, Py_buffer *view, int flags)
{
    self->exports++;
    view->buf = self->data;
    return 0;
}

static PyObject *
Array_clear(Array *self, PyObject *unused)
{
    if (self->exports > 0)
        return buffer_error();
    PyMem_Free(self->data);
    self->data = NULL;
    Py_RETURN_NONE;
}
`;

const LOCKED = PLAIN.replace(
  '    self->exports++;\n    view->buf = self->data;\n',
  '    Py_BEGIN_CRITICAL_SECTION(self);   /* export */\n    self->exports++;\n    view->buf = self->data;\n    Py_END_CRITICAL_SECTION();\n',
).replace(
  '    if (self->exports > 0)\n        return buffer_error();\n    PyMem_Free(self->data);\n    self->data = NULL;\n',
  '    Py_BEGIN_CRITICAL_SECTION(self);   /* clear */\n    if (self->exports > 0)\n        error = 1;\n    else {\n        PyMem_Free(self->data);\n        self->data = NULL;\n    }\n    Py_END_CRITICAL_SECTION();\n',
);

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('array.c', text);
  const python = py.source('first thread', 'view = memoryview(array)\nview[0]\nview.release()');
  const data = py.p.object({ name: 'data', type: 'char[]', fields: [{ name: '[0]', initial: 1 }] });
  const self = py.object('self', {
    type: 'Array',
    fields: [{ name: 'data', format: 'pointer', initial: data }, { name: 'exports' }],
  });
  py.holds('array', self);
  const exports = field(self, FIELDS + 1);
  call(py, 'memoryview(array)[0]', python, (t, at) => {
    const count = t.local('exports');
    const buf = t.local('view.buf', 'pointer');
    const take = (): void => {
      py.line(t, c, 'self->exports++', () => {
        t.load(count, exports);
        t.store(exports, add(count, 1));
      });
      py.line(t, c, 'view->buf = self->data', () => t.load(buf, field(self, FIELDS)));
    };
    if (locked) py.line(t, c, '/* export */', () => criticalSection(py, t, self, take));
    else take();
    t.when(buf, () => at('view[0]', () => t.load(t.local('view[0]'), field(buf, 1), { order: 'relaxed' })));
    at('view.release()', () => t.update(exports, subtract(OLD, 1)));
  });
  call(py, 'array.clear()', c, (t, at) => {
    const count = t.local('exports');
    const old = t.local('data', 'pointer');
    const clear = (): void => {
      at('if (self->exports > 0)', () => t.load(count, exports));
      t.when(equal(count, 0), () => {
        at('PyMem_Free(self->data)', () => {
          t.load(old, field(self, FIELDS));
          t.free(old);
        });
        at('self->data = NULL', () => t.store(field(self, FIELDS), 0));
      });
    };
    if (locked) at('/* clear */', () => criticalSection(py, t, self, clear));
    else clear();
  });
}

export const bufferExport: Scenario = {
  id: 'buffer-export',
  title: 'A buffer that goes away while it is exported',
  topic: 'buffers',
  text:
    'clear() looks whether a buffer is exported; getbuffer() counts the export. Neither is locked: the export comes after the ' +
    'look and before the free, and the memoryview reads freed memory.',
  models: ['free-threaded', 'gil'],
  rules: ['buffer-export-count'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '1 of 5 fail: use-after-free 1', gil: '0 of 2 fail' },
  fixed: {
    title: 'Critical sections around both',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 3 fail' },
  },
};
