/**
 * What the rest of the process does to a call: the collector stops the world, other threads have a lock for a moment, memory is
 * given back. Each harness that fails runs again on the same text with the cure by hand, and must not fail.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inRoot } from '../../scripts/paths.ts';
import { loadCore } from '../../server/src/host/core.ts';
import { CORE_SETTINGS } from '../fixes/settings.ts';

const core = await loadCore();

/** How a racy fixture fails, and what comes of its harness when `before` reads `after`. */
function raced(fixture: string, before: string, after: string): string {
  const [family = '', rule = '', name = ''] = fixture.split('/');
  const file = `${name}.c`;
  const text = readFileSync(inRoot('test/fixtures/rules', family, rule, file), 'utf8');
  const start = text.indexOf(before);
  if (start < 0) throw new Error(`${fixture} has no ${before}`);
  const read = core.read({ file, text, headers: [], settings: CORE_SETTINGS, before: null });
  const finding = core.check([read], CORE_SETTINGS).find(one => one.rule === rule)!;
  const edits = [{ span: { start, end: start + before.length }, text: after }];
  const fix = { title: 'by hand', safety: 'safe' as const, rule, edits: [{ file, edits }] };
  const { title, fix: cured } = core.demonstrate([read], finding, CORE_SETTINGS, { fix });
  return `${title}; cured: ${cured?.outcome ?? 'not tried'}`;
}

describe('the collector', () => {
  test('meets an object that is half taken apart, unless it was told before', () => {
    expect(
      raced(
        'type-slots/dealloc-missing-untrack/racy-fields',
        'Py_XDECREF(self->left);',
        'PyObject_GC_UnTrack(op);\n    Py_XDECREF(self->left);',
      ),
    ).toBe('race: 2 threads, 7 steps, use after free; cured: holds');
  });

  test('comes while a destructor is detached', () => {
    expect(
      raced(
        'type-slots/dealloc-blocks/racy-detached',
        'Py_BEGIN_ALLOW_THREADS\n',
        'PyObject_GC_UnTrack(op);\n    Py_BEGIN_ALLOW_THREADS\n',
      ),
    ).toBe('race: 2 threads, 5 steps, use after free; cured: holds');
  });

  test('comes while a destructor waits for a mutex that another thread has', () => {
    expect(
      raced(
        'type-slots/dealloc-blocks/racy-mutex',
        'PyMutex_Lock(&registry_lock);',
        'PyObject_GC_UnTrack(op);\n    PyMutex_Lock(&registry_lock);',
      ),
      // So many orders of three threads are not all run.
    ).toBe('race: 3 threads, 23 steps, use after free; cured: unknown');
  });

  test('waits for a thread that waits attached for who must collect first', () => {
    expect(
      raced(
        'gil-api/blocking-call-attached/racy-receive',
        'ssize_t n = recv(self->fd, buf, sizeof buf, 0);',
        'ssize_t n;\n    Py_BEGIN_ALLOW_THREADS\n    n = recv(self->fd, buf, sizeof buf, 0);\n    Py_END_ALLOW_THREADS',
      ),
    ).toBe('race: 2 threads, 1 step, deadlock; cured: holds');
  });
});

test('a section is given up while its thread waits for the lock of an inner one', () => {
  expect(
    raced(
      'critical-sections/critical-section-nested/racy-container',
      `    Py_BEGIN_CRITICAL_SECTION(self);
    Py_BEGIN_CRITICAL_SECTION(arg);
//  ^ critical-section-nested
    n = PyList_GET_SIZE(arg);
    self->len = n;
    Py_END_CRITICAL_SECTION();
    Py_END_CRITICAL_SECTION();`,
      `    Py_BEGIN_CRITICAL_SECTION2(self, arg);
    n = PyList_GET_SIZE(arg);
    self->len = n;
    Py_END_CRITICAL_SECTION2();`,
    ),
  ).toBe('race: 3 threads, 10 steps, data race; cured: holds');
});

test('a child of fork() has locks that nobody will unlock', () => {
  // Without the call there is nothing to come to.
  expect(raced('gil-api/fork-in-extension/racy-daemon', 'fork()', 'daemonise()')).toBe(
    'race: 2 threads, 2 steps, deadlock; cured: unknown',
  );
});

describe('memory', () => {
  test('goes back to the allocator that it is from', () => {
    expect(raced('allocation/allocator-domain-mismatch/racy-free', 'free(text)', 'PyMem_Free(text)')).toBe(
      'race: 1 thread, 2 steps, memory given back to another allocator; cured: holds',
    );
  });

  test('of an object goes back with the object', () => {
    expect(raced('allocation/non-object-domain-for-object/racy-malloc', 'malloc(', 'PyObject_Malloc(')).toBe(
      'race: 1 thread, 1 step, memory given back to another allocator; cured: holds',
    );
  });
});

describe('a count of one', () => {
  const text = `#include <Python.h>
typedef struct {
    PyObject_HEAD
    PyObject *pair;
} Pairs;
static PyObject *
pairs_next(Pairs *self, PyObject *unused)
{
    PyObject *pair, *old;
    if (Py_REFCNT(self->pair) == 1) {
        pair = Py_NewRef(self->pair);
        old = PyTuple_GET_ITEM(pair, 0);
        PyTuple_SET_ITEM(pair, 0, PyLong_FromLong(2));
        Py_DECREF(old);
    } else {
        pair = PyTuple_New(2);
    }
    return pair;
}
static PyMethodDef methods[] = {{"next", (PyCFunction)pairs_next, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;
  const start = text.indexOf('    if (Py_REFCNT');
  const end = text.indexOf('    return pair;');

  test('is no permission while two threads can see it, and is one under a lock', () => {
    const file = 'pairs.c';
    const read = core.read({ file, text, headers: [], settings: CORE_SETTINGS, before: null });
    const finding = core.check([read], CORE_SETTINGS).find(one => one.rule === 'refcnt-uniqueness')!;
    const locked = `    Py_BEGIN_CRITICAL_SECTION(self);\n${text.slice(start, end)}    Py_END_CRITICAL_SECTION();\n`;
    const edits = [{ file, edits: [{ span: { start, end }, text: locked }] }];
    const fix = { title: 'by hand', safety: 'safe' as const, rule: finding.rule, edits };
    const { title, fix: cured } = core.demonstrate([read], finding, CORE_SETTINGS, { fix });
    expect(`${title}; cured: ${cured?.outcome}`).toBe('race: 2 threads, 19 steps, use after free; cured: holds');
  });
});

test('Python code keeps what a destructor hands to it', () => {
  expect(
    raced(
      'refcounts/dealloc-resurrect/racy-callback',
      'PyObject_CallOneArg(self->on_close, (PyObject *)self)',
      'PyObject_CallNoArgs(self->on_close)',
    ),
  ).toBe('race: 1 thread, 15 steps, use after free; cured: holds');
});
