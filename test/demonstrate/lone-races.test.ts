/** Data races from which nothing follows are told, and are no demonstration; where something follows, they are one. */
import { describe, expect, test } from 'vitest';
import { questionsOf } from '../../scripts/questions.ts';
import { Extension } from '../../server/src/analysis/extension.ts';
import { demonstrate } from '../../server/src/demonstrate/demonstrate.ts';
import { loadCore } from '../../server/src/host/core.ts';
import type { Family } from '../../server/src/rules/finding.ts';
import { CORE_SETTINGS } from '../fixes/settings.ts';

const core = await loadCore();

/** Two methods of one type. */
function methods(first: string, second: string): string {
  return `#include <Python.h>
typedef struct {
    PyObject_HEAD
    int state;
    unsigned int open : 1;
    unsigned int seen : 1;
    long *table;
} Parser;
static PyObject *
parser_feed(Parser *self, PyObject *unused)
{
    ${first}
    Py_RETURN_NONE;
}
static PyObject *
parser_show(Parser *self, PyObject *unused)
{
    ${second}
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {
    {"feed", (PyCFunction)parser_feed, METH_NOARGS, NULL},
    {"show", (PyCFunction)parser_show, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
`;
}

/** How what the second method does first is answered. */
function answer(first: string, second: string, family: Family = 'object-state') {
  const text = methods(first, second);
  const file = 'parser.c';
  const read = core.read({ file, text, headers: [], settings: CORE_SETTINGS, before: null });
  const extension = new Extension([read.unit]);
  const question = questionsOf(extension, file).find(({ site }) => site.function === 'parser_show')!;
  const { status, failure, assumptions } = demonstrate(extension, { ...question, family }, { text: () => text });
  const told = assumptions.some(({ text: one }) => one.startsWith('A data race on self->state alone'));
  return { status, failure, told };
}

describe('one number', () => {
  test('that is read once: nothing follows, and that is said', () => {
    const read = answer('self->state = 2;', 'return PyLong_FromLong(self->state);');
    expect(read).toEqual({ status: 'not-demonstrated', failure: null, told: true });
  });

  test('is a failure where the finding is that a plain access synchronises nothing', () => {
    const read = answer('self->state = 2;', 'return PyLong_FromLong(self->state);', 'atomics');
    expect(read).toEqual({ status: 'demonstrated', failure: 'data-race', told: false });
  });

  test('that a loop waits for', () => {
    const read = answer('self->state = 0;', 'while (self->state) { if (PyErr_CheckSignals() < 0) return NULL; }');
    expect(read).toMatchObject({ status: 'demonstrated', failure: 'data-race' });
  });

  test('that is changed by what it was', () => {
    expect(answer('self->state += 2;', 'self->state += 3;')).toMatchObject({ failure: 'lost-update' });
  });
});

test('a pointer that is followed', () => {
  const read = answer('self->table = PyMem_Calloc(8, sizeof(long));', 'return PyLong_FromLong(self->table[0]);');
  expect(read).toMatchObject({ status: 'demonstrated' });
});

test('bit-fields of one word: storing one of them stores the other', () => {
  const text = methods('self->open = 1;', 'self->seen = 1;');
  const file = core.read({ file: 'parser.c', text, headers: [], settings: CORE_SETTINGS, before: null });
  const [finding] = core.check([file], CORE_SETTINGS);
  const { title, playback } = core.demonstrate([file], finding!, CORE_SETTINGS, {});
  expect(`${finding!.rule}: ${title}`).toBe('bitfield-rmw: race: 2 threads, 6 steps, lost update');
  expect(playback!.runs[0]!.steps.map(({ thread, label }) => `T${thread} ${label}`)).toEqual([
    'T1 reads self->seen: 0',
    'T1 writes self->open = 1',
    'T2 reads self->open: 1',
    'T2 writes self->seen = 1',
    'T2 writes self->open = 1',
    'T1 writes self->seen = 0',
  ]);
});
