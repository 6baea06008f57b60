/** A static array that each call fills becomes a local one; a table that is kept between calls does not. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

const method = (body: string): string => `
static PyObject *method(PyObject *module, PyObject *arg)
{
${body}
}
static PyMethodDef methods[] = {{"method", method, METH_O, NULL}, {NULL}};
`;
const KEPT = /What an earlier call left in it is read/;

test.each([
  [
    'filled by a call',
    'static char text[32]; PyOS_snprintf(text, sizeof text, "%ld", PyLong_AsLong(arg)); return PyUnicode_FromString(text);',
  ],
  [
    'filled in a loop',
    'static int digits[8]; int sum = 0; long n = PyLong_AsLong(arg); for (int i = 0; i < 8; i++) { digits[i] = n % 10; n /= 10; } for (int i = 0; i < 8; i++) sum += digits[i] * i; return PyLong_FromLong(sum);',
  ],
  [
    'filled entry by entry',
    'static char text[3]; text[0] = (char)PyLong_AsLong(arg); text[1] = 0; return PyUnicode_FromString(text);',
  ],
])('%s: a local one does', (_, body) => {
  expect(fixed('static-scratch-buffer', method(body))).not.toContain('static char text');
  expect(fixed('static-scratch-buffer', method(body))).not.toMatch(KEPT);
});

test.each([
  [
    'a cache',
    'static long squares[64]; long n = PyLong_AsLong(arg) & 63; if (squares[n] == 0) squares[n] = n * n; return PyLong_FromLong(squares[n]);',
  ],
  ['a count', 'static long seen[16]; seen[PyLong_AsLong(arg) & 15]++; return PyLong_FromLong(seen[0]);'],
  [
    'a ring of what came last',
    'static long last[4]; long sum = 0; last[PyLong_AsLong(arg) & 3] = 7; for (int i = 0; i < 4; i++) sum += last[i]; return PyLong_FromLong(sum);',
  ],
  [
    'a name that is set now and then',
    'static char name[16]; if (arg != Py_None) strcpy(name, PyUnicode_AsUTF8(arg)); return PyUnicode_FromString(name);',
  ],
])('%s: it has to last', (_, body) => {
  expect(fixed('static-scratch-buffer', method(body))).toMatch(KEPT);
});
