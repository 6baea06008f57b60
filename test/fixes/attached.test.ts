/** Objects are locked by threads that are attached. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

const CALLED_BACK = (before: string, behind: string): string => `
void on_event(void (*call)(void *), void *what);

static void box_fired(void *what)
{
    Box *self = (Box *)what;
    ${before}self->count++;
    ${behind}}

static PyObject *box_watch(Box *self, PyObject *ignored)
{
    on_event(box_fired, self);
    self->count++;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"watch", (PyCFunction)box_watch, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;

test('no object is locked where a library calls back: the thread may not be attached', () => {
  expect(fixed('object-field-rmw', CALLED_BACK('', ''))).toContain(
    '`on_event()` has it called back, perhaps by a thread that is not attached and can lock no object.',
  );
});

test('no object is locked before the thread attaches', () => {
  const late = CALLED_BACK('', 'PyGILState_STATE state = PyGILState_Ensure();\n    PyGILState_Release(state);\n');
  expect(fixed('object-field-rmw', late)).toContain(
    'The thread attaches only further down, and can lock no object before.',
  );
});
