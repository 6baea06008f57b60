/** A lock that functions of several files need: declared where the variable is, taken in all of them, in one fix or none. */
import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { parseOptions, UsageError } from '../../server/src/cli/command.ts';
import { fix, runFix } from '../../server/src/cli/fix.ts';
import { loadCore } from '../../server/src/host/core.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { testTerminal } from '../cli/terminal.ts';
import { memoryHost } from '../workspace/memory.ts';

const core = await loadCore();

const FILES = {
  '/p/setup.py': '',
  '/p/src/pool.h': `#ifndef POOL_H
#define POOL_H
#include <Python.h>

typedef struct { int used; int step; void *blocks[8]; } Pool;

extern Pool the_pool;
void *pool_take(int step);

#endif
`,
  '/p/src/pool.c': `#include "pool.h"

Pool the_pool = { 0, 1, { NULL } };

void *pool_take(int step)
{
    if (the_pool.used == 0) {
        PyErr_NoMemory();
        return NULL;
    }
    the_pool.used -= step;
    return the_pool.blocks[the_pool.used];
}
`,
  '/p/src/poolmodule.c': `#include "pool.h"

static PyObject *take(PyObject *module, PyObject *ignored)
{
    if (pool_take(the_pool.step) == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *drop(PyObject *module, PyObject *ignored)
{
    the_pool.used = 0;
    Py_RETURN_NONE;
}

static PyObject *set_step(PyObject *module, PyObject *arg)
{
    long step = PyLong_AsLong(arg);
    the_pool.step = (int)step;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"take", take, METH_NOARGS, NULL},
    {"drop", drop, METH_NOARGS, NULL},
    {"set_step", set_step, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "pool", NULL, 0, methods};
PyMODINIT_FUNC PyInit_pool(void) { return PyModule_Create(&module); }
`,
};

async function run(argv: readonly string[], failing: string | null = null) {
  const terminal = testTerminal();
  const written: (readonly string[])[] = [];
  const texts: Record<string, string> = { ...FILES };
  const args = parseArgs({ args: [...argv], options: parseOptions(fix.options), allowPositionals: true });
  const write = async (group: ReadonlyMap<string, string>): Promise<void> => {
    if (failing !== null && group.has(failing)) throw new UsageError(`Can't write ${failing}: it is read-only`);
    written.push([...group.keys()]);
    Object.assign(texts, Object.fromEntries(group));
  };
  const code = await runFix(args, terminal, { core, host: memoryHost(FILES), write });
  return { code, written, texts, out: terminal.written(), error: terminal.complained() };
}

const RULE = ['src', '--rule', 'global-c-structure', '--unsafe-fixes'];

test('the mutex is defined beside the variable, declared in its header, and taken in both files', async () => {
  const { written, texts, error } = await run(RULE);
  expect(error).toContain(
    'Lock `the_pool_mutex` around the use of `the_pool` (4 functions in 2 files) (global-c-structure)\n1 fix applied in 3 files, 0 hazards left.',
  );
  expect(written).toEqual([['/p/src/pool.c', '/p/src/pool.h', '/p/src/poolmodule.c']]);
  expect(texts['/p/src/pool.h']).toContain('extern Pool the_pool;\nextern PyMutex the_pool_mutex;\n');
  expect(texts['/p/src/pool.c']).toContain('Pool the_pool = { 0, 1, { NULL } };\nPyMutex the_pool_mutex;\n');
  expect(texts['/p/src/pool.c']).toContain(`
    void *result;
    PyMutex_Lock(&the_pool_mutex);
    if (the_pool.used == 0) {
        PyErr_NoMemory();
        result = NULL;
        goto done;
    }
    the_pool.used -= step;
    result = the_pool.blocks[the_pool.used];
done:;
    PyMutex_Unlock(&the_pool_mutex);
    return result;
`);
  expect(texts['/p/src/poolmodule.c']).toContain(`
    int step;
    PyMutex_Lock(&the_pool_mutex);
    step = the_pool.step;
    PyMutex_Unlock(&the_pool_mutex);
    if (pool_take(step) == NULL)
`);
});

test('--diff shows all files, and writes none', async () => {
  const { written, out } = await run([...RULE, '--diff']);
  expect(written).toEqual([]);
  expect(out.match(/^--- .*$/gm)).toEqual(['--- src/pool.c', '--- src/pool.h', '--- src/poolmodule.c']);
});

test('where one of them can not be written, none is', async () => {
  const { code, written, error } = await run(RULE, '/p/src/pool.h');
  expect(code).toBe(2);
  expect(written).toEqual([]);
  expect(error).toContain(
    "Can't write /p/src/pool.h: it is read-only (and so not src/pool.c, src/pool.h, src/poolmodule.c)\n",
  );
});

test('a light bulb gets the edits of all files', async () => {
  const workspace = new Workspace({ host: memoryHost(FILES), core });
  const file = '/p/src/poolmodule.c';
  const { findings } = await workspace.diagnose(file);
  const finding = findings.find(one => one.rule === 'global-c-structure');
  const { offered } = await workspace.fixes(file, finding ?? expect.fail('no finding'));
  expect(offered[0]?.edits.map(one => one.file).sort()).toEqual([
    '/p/src/pool.c',
    '/p/src/pool.h',
    '/p/src/poolmodule.c',
  ]);
});
