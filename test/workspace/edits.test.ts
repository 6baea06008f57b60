/** What is found after any row of edits is what is found by who opens the result. */
import { expect, test } from 'vitest';
import { FAMILIES, Typist, typedAndOpened } from './editing.ts';

/** So many that each family takes part of a second; the slow test has more. */
const EDITS = 3;

test.each(FAMILIES)('%s', family => {
  for (const { typed, opened } of typedAndOpened(family, 7919, EDITS)) expect(typed).toEqual(opened);
});

const DEADLOCK = `
static PyMutex lock;

static void
inner(void)
{
    PyMutex_Lock(&lock);
    PyMutex_Unlock(&lock);
}

static PyObject *
outer(PyObject *self, PyObject *unused)
{
    PyMutex_Lock(&lock);
    inner();
    PyMutex_Unlock(&lock);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"outer", outer, METH_NOARGS, NULL}, {NULL}};
`;

test('a call leads where it did after a function was added above', () => {
  const typist = new Typist('/p/one.c');
  typist.types(DEADLOCK);
  const more = `static int more(void)\n{\n    return 1;\n}\n${DEADLOCK}`;
  expect(typist.types(more)).toMatchObject([{ rule: 'pymutex-self-deadlock' }]);
});
