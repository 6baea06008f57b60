/** What a demonstration promises whatever the code: the same again for the same text, its schedule replays, its fix is tried. */
import { describe, expect, test } from 'vitest';
import { RaceCancelled } from '../../server/src/demonstrate/model.ts';
import { loadCore } from '../../server/src/host/core.ts';
import { CORE_SETTINGS } from '../fixes/settings.ts';

const core = await loadCore();

const COUNTER = `#include <Python.h>

typedef struct {
    PyObject_HEAD
    long hits;
    PyObject *label;
} Counter;

static PyObject *
counter_hit(Counter *self, PyObject *unused)
{
    self->hits++;
    Py_RETURN_NONE;
}

static int
counter_set_label(Counter *self, PyObject *value, void *closure)
{
    Py_XSETREF(self->label, Py_NewRef(value));
    return 0;
}

static PyMethodDef methods[] = {
    {"hit", (PyCFunction)counter_hit, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef getset[] = {
    {"label", NULL, (setter)counter_set_label, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
`;

function ask(text: string, rule: string, schedule?: string) {
  const file = core.read({ file: 'counter.c', text, headers: [], settings: CORE_SETTINGS, before: null });
  const finding = core.check([file], CORE_SETTINGS).find(one => one.rule === rule)!;
  return core.demonstrate([file], finding, CORE_SETTINGS, schedule === undefined ? {} : { schedule });
}

describe('a counter', () => {
  const shown = ask(COUNTER, 'object-field-rmw');

  test('loses an update in four steps, on the lines of the user', () => {
    expect(shown.title).toBe('race: 2 threads, 4 steps, lost update');
    const [run] = shown.playback!.runs;
    expect(run!.verdict).toMatchObject({ explored: 4, failing: 2, kinds: { 'lost-update': 2 } });
    const { lines, firstLine } = shown.playback!.sources[0]!;
    expect(
      run!.steps.map(
        ({ thread, label, at }) => `T${thread} ${label} | ${firstLine + at!.line + 1} ${lines[at!.line]!.trim()}`,
      ),
    ).toEqual([
      'T1 reads self->hits: 1 | 12 self->hits++;',
      'T2 reads self->hits: 1 | 12 self->hits++;',
      'T2 writes self->hits = 2 | 12 self->hits++;',
      'T1 writes self->hits = 2 | 12 self->hits++;',
    ]);
  });

  test('is given up in the midst of an exploration when nobody waits for it any more', () => {
    const file = core.read({ file: 'counter.c', text: COUNTER, headers: [], settings: CORE_SETTINGS, before: null });
    const finding = core.check([file], CORE_SETTINGS)[0]!;
    const run = (patience: number): number => {
      let asked = 0;
      const stop = (): boolean => ++asked > patience;
      expect(() => core.demonstrate([file], finding, CORE_SETTINGS, {}, stop)).toThrow(RaceCancelled);
      return asked;
    };
    // Explorer and search for the shortest run may both hear of it.
    expect(run(0)).toBeLessThanOrEqual(2);
    expect(run(3)).toBeLessThanOrEqual(5);
  });

  test('is right with the GIL, and with its fix', () => {
    expect(shown.playback!.runs.find(run => run.model === 'gil')!.verdict.failing).toBe(0);
    expect(shown.fix?.outcome).toBe('holds');
    expect(shown.playback!.fixed!.runs[0]!.verdict).toMatchObject({ failing: 0, coverage: 'complete' });
  });

  test('is demonstrated the same way again, and plays the schedule that it gives', () => {
    expect(ask(COUNTER, 'object-field-rmw')).toEqual(shown);
    const { schedule } = shown.playback!.runs[0]!;
    expect(ask(COUNTER, 'object-field-rmw', schedule).playback!.runs[0]).toEqual(shown.playback!.runs[0]);
    const passing = ask(COUNTER, 'object-field-rmw', '1 1 2 2').playback!.runs[0]!;
    expect(passing.steps.some(step => step.failure !== undefined)).toBe(false);
  });
});

test('a setter frees the old value twice', () => {
  const { failure, harness, playback } = ask(COUNTER, 'setref-field-unlocked');
  expect(failure).toBe('use-after-free');
  expect(harness!.threads.map(thread => thread.runs)).toEqual([
    'counter_set_label(self, value, closure)',
    'counter_set_label(self, value of T2, closure of T2)',
  ]);
  expect(playback!.runs[0]!.headline).toContain('T1 uses old label after T2 freed it');
});

test('a fix that needs the other end is tried with the other end', () => {
  const text = COUNTER.replace('Py_XSETREF(self->label, Py_NewRef(value));', 'self->hits = 0;').replace(
    'self->hits++;',
    `Py_BEGIN_CRITICAL_SECTION(self->label);
    self->hits++;
    Py_END_CRITICAL_SECTION();`,
  );
  const file = core.read({ file: 'counter.c', text, headers: [], settings: CORE_SETTINGS, before: null });
  for (const finding of core.check([file], CORE_SETTINGS).filter(one => one.severity === 'lost-update')) {
    const { status, fix } = core.demonstrate([file], finding, CORE_SETTINGS, {});
    expect(status).toBe('demonstrated');
    if (fix !== null) expect(fix.outcome, fix.fix.title).toBe('holds');
  }
});

test('what stands outside functions, or could not be read, is not modelled', () => {
  const broken = COUNTER.replace('self->hits++;', 'self->hits++; @@ ((');
  const file = core.read({ file: 'counter.c', text: broken, headers: [], settings: CORE_SETTINGS, before: null });
  for (const finding of core.check([file], CORE_SETTINGS)) {
    const { status, reason } = core.demonstrate([file], finding, CORE_SETTINGS, {});
    if (status !== 'demonstrated') expect(reason).toMatch(/^.{20,}\.$/);
  }
});

test('a variable that is tested after it was made of itself is followed once', () => {
  const text = `#include <Python.h>
static PyObject *last;
static PyObject *
keep(PyObject *module, PyObject *value)
{
    PyObject *mine = value;
    mine = Py_NewRef(mine);
    if (mine == NULL)
        return NULL;
    Py_XSETREF(last, mine);
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"keep", keep, METH_O, NULL}, {NULL, NULL, 0, NULL}};
`;
  const file = core.read({ file: 'keep.c', text, headers: [], settings: CORE_SETTINGS, before: null });
  const [finding] = core.check([file], CORE_SETTINGS);
  expect(core.demonstrate([file], finding!, CORE_SETTINGS, {}).status).toBe('demonstrated');
});

describe('a function that others call', () => {
  const text = `#include <Python.h>
typedef struct { PyObject_HEAD long count; } Tally;
typedef struct { PyObject_HEAD PyObject *counts; } Book;
static Tally *spare[8];
static int spares;
static PyObject *
make(PyObject *label)
{
    Tally *self = NULL;
    if (spares > 0)
        self = spare[--spares];
    return (PyObject *)self;
}
static void
tally_dealloc(Tally *self)
{
    spare[spares++] = self;
}
static PyObject *
find(Book *self, PyObject *label)
{
    PyObject *found;
    if (PyDict_GetItemRef(self->counts, label, &found) != 0)
        return found;
    return make(label);
}
static PyObject *book_find(Book *self, PyObject *label) { return find(self, label); }
static PyMethodDef methods[] = {{"find", (PyCFunction)book_find, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot tally[] = {{Py_tp_dealloc, tally_dealloc}, {0, NULL}};
static PyType_Slot book[] = {{Py_tp_methods, methods}, {0, NULL}};
`;
  const shownBy = (more: string, whole = text + more): string => {
    const read = core.read({ file: 'book.c', text: whole, headers: [], settings: CORE_SETTINGS, before: null });
    const finding = core
      .check([read], CORE_SETTINGS)
      .find(one => one.rule === 'global-freelist' && one.site.function === 'make')!;
    const { status, harness } = core.demonstrate([read], finding, CORE_SETTINGS, {});
    return `${status}: ${harness?.threads[0]?.function?.name}`;
  };

  test('is run from a start from which its caller comes to it', () => {
    expect(shownBy('')).toBe('demonstrated: book_find');
  });

  test('is run by itself where nothing that is known of its caller brings a thread there', () => {
    const both = text
      .replace('*counts;', '*counts, *labels;')
      .replace('return make(label);', 'return PyDict_Contains(self->labels, label) == 1 ? make(label) : NULL;');
    expect(shownBy('', both)).toBe('demonstrated: make');
  });

  test('is run by the caller from which threads come straight, when there is one', () => {
    const more = `
static PyObject *tally_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) { return make(args); }
static PyType_Slot more[] = {{Py_tp_new, tally_new}, {0, NULL}};
`;
    expect(shownBy(more)).toBe('demonstrated: tally_new');
  });
});

test('a model in which a function does not fit is left out', () => {
  const calls = '    PyGC_Collect();\n'.repeat(700);
  const text = COUNTER.replace(
    '(Counter *self, PyObject *unused)\n{',
    `(Counter *self, PyObject *unused)\n{\n${calls}`,
  );
  const { status, playback } = ask(text, 'object-field-rmw');
  expect(status).toBe('demonstrated');
  expect(playback!.runs.map(run => run.model)).toEqual(['free-threaded']);
});

test('where a harness does not fit into the model, another that does is no answer: less of the function is run', () => {
  const text = `#include <Python.h>
static PyObject *
check(PyObject *module, PyObject *args)
{
    PyObject *tags, *item;
    Py_ssize_t missing = 0;
    if (!PyArg_ParseTuple(args, "O", &tags))
        return NULL;
    item = PyList_GetItem(tags, 0);
    if (PyTuple_Size(item) != 2)
        return NULL;
${'    if (PyList_GetItem(tags, 0) == NULL)\n        missing++;\n'.repeat(12)}
    return PyLong_FromSsize_t(missing);
}
static PyMethodDef methods[] = {{"check", check, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
`;
  const { title, harness } = ask(text, 'borrowed-list-item');
  expect(title).toBe('race: 2 threads, 8 steps, use after free');
  expect(harness?.sliced).toBe(true);
});
