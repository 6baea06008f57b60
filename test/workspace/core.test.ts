/** The real layers in one row, as the workspace uses them. */
import { expect, test } from 'vitest';
import type { Finding } from '../../server/src/rules/finding.ts';
import { createCore } from '../../server/src/workspace/gilproof-core.ts';
import type { Settings } from '../../server/src/workspace/settings.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { wasmParser } from '../syntax/helpers/parser.ts';
import { memoryHost } from './memory.ts';

const never = { passed: () => false };

const parser = await wasmParser();

const HEADER = `
typedef struct { PyObject_HEAD long hits; PyObject *items; } Counter;
`;
const METHODS = `
static PyMethodDef counter_methods[] = {
    {"add", (PyCFunction)counter_add, METH_NOARGS, NULL},
    {"peek", (PyCFunction)counter_peek, METH_NOARGS, NULL},
    {NULL}
};
`;
const BODY = `
static PyObject *
counter_add(Counter *self, PyObject *unused)
{
    LOCK_COUNTER(self);
    self->hits += 1;
    UNLOCK_COUNTER(self);
    Py_RETURN_NONE;
}

static PyObject *
counter_peek(Counter *self, PyObject *unused)
{
    long seen;
    LOCK_COUNTER(self);
    seen = self->hits;
    UNLOCK_COUNTER(self);
    return PyLong_FromLong(seen);
}
`;
const FILE = `#include <Python.h>\n#include "counter.h"\n${BODY}${METHODS}`;

function workspace(files: Readonly<Record<string, string>>, settings: Partial<Settings> = {}) {
  const core = createCore({ parser, deadline: () => never, itemDeadline: () => never });
  const host = memoryHost({ '/p/setup.py': '', '/p/counter.h': HEADER, ...files });
  return new Workspace({ host, core, overrides: () => settings });
}

async function rules(of: Workspace, file = '/p/counter.c'): Promise<string[]> {
  const { findings } = await of.diagnose(file);
  return findings.map(finding => `${finding.rule} ${finding.subject}`);
}

test('a field of a struct from a header that is updated without a lock is found', async () => {
  const bare = FILE.replace(/.*LOCK_COUNTER.*\n/g, '');
  expect(await rules(workspace({ '/p/counter.c': bare }))).toContain('object-field-rmw self->hits');
});

test('lock macros that settings name lock', async () => {
  const named = FILE.replaceAll('UNLOCK_COUNTER', 'COUNTER_DONE').replaceAll('LOCK_COUNTER', 'COUNTER_BUSY');
  expect(await rules(workspace({ '/p/counter.c': named }))).toContain('object-field-rmw self->hits');
  const settings = { lockMacros: { COUNTER_BUSY: 'COUNTER_DONE' } };
  expect(await rules(workspace({ '/p/counter.c': named }, settings))).not.toContain('object-field-rmw self->hits');
});

test('lock macros of a header are read from their definitions', async () => {
  const header = `${HEADER}\n#define COUNTER_BUSY(o) Py_BEGIN_CRITICAL_SECTION(o)\n#define COUNTER_DONE(o) Py_END_CRITICAL_SECTION()\n`;
  const named = FILE.replaceAll('UNLOCK_COUNTER', 'COUNTER_DONE').replaceAll('LOCK_COUNTER', 'COUNTER_BUSY');
  const found = await rules(workspace({ '/p/counter.c': named, '/p/counter.h': header }));
  expect(found).not.toContain('object-field-rmw self->hits');
});

test.each(['closed', 'open'])('after a scan fixes are offered in a file that is %s', async state => {
  const bare = FILE.replace(/.*LOCK_COUNTER.*\n/g, '');
  const scanned = workspace({ '/p/counter.c': bare });
  if (state === 'open') scanned.open('/p/counter.c', bare);
  const found: Finding[] = [];
  for await (const { findings } of scanned.scan(['/p'])) found.push(...findings);
  const finding = found.find(({ rule }) => rule === 'object-field-rmw')!;
  expect((await scanned.fixes('/p/counter.c', finding)).offered).not.toEqual([]);
});

test('typing gives the same findings as opening the result', async () => {
  const typed = workspace({});
  const bare = FILE.replace(/.*LOCK_COUNTER.*\n/g, '');
  typed.open('/p/counter.c', '#include <Python.h>\n');
  const rest = bare.slice('#include <Python.h>\n'.length);
  for (let at = 0; at < rest.length; at += 40) {
    typed.edit('/p/counter.c', `#include <Python.h>\n${rest.slice(0, at + 40)}`);
    await typed.diagnose('/p/counter.c');
  }
  const opened = workspace({});
  opened.open('/p/counter.c', bare);
  expect((await typed.diagnose('/p/counter.c')).findings).toEqual((await opened.diagnose('/p/counter.c')).findings);
  expect(await rules(opened)).toContain('object-field-rmw self->hits');
});

test('an explanation says what runs the code, under which locks, and what it races with', async () => {
  const bare = FILE.replace(/.*LOCK_COUNTER.*\n/g, '');
  const said = await workspace({ '/p/counter.c': bare }).explain('/p/counter.c', bare.indexOf('self->hits +='));
  expect(said).toContain('Function counter_add');
  expect(said).toContain('several threads at once: yes');
  expect(said).toContain('Locks held: none');
  expect(said).toMatch(/races with:\n(?: {4}.*\n)*? {4}read in counter_peek at \/p\/counter\.c:\d+/);
  const locked = FILE.replaceAll('UNLOCK_COUNTER(self)', 'Py_END_CRITICAL_SECTION()').replaceAll(
    'LOCK_COUNTER',
    'Py_BEGIN_CRITICAL_SECTION',
  );
  const calm = await workspace({ '/p/counter.c': locked }).explain('/p/counter.c', locked.indexOf('self->hits +='));
  expect(calm).toMatch(
    /Locks held:\n {2}self \(critical-section\), by Py_BEGIN_CRITICAL_SECTION at \/p\/counter\.c:\d+/,
  );
  expect(calm).toContain('races with nothing');
  expect(calm).toContain('a lock in common');
});

test('explanations outside of functions say where one is', async () => {
  const it = workspace({ '/p/counter.c': FILE });
  expect(await it.explain('/p/counter.c', FILE.indexOf('{"add"'))).toContain('In the table counter_methods (methods)');
  expect(await it.explain('/p/counter.c', 0)).toContain('Outside every function');
});

test('hover tells the facts of a C-API name, in code only', async () => {
  const text = `#include <Python.h>\nvoid f(PyObject *l) {\n  // PyList_GetItem\n  g(PyList_GetItem(l, 0), "PyDict_Next", other);\n}\n`;
  const it = workspace({ '/p/counter.c': text });
  const at = async (word: string, from = 0) =>
    (await it.hover('/p/counter.c', text.indexOf(word, from) + 3))?.markdown ?? null;
  const hover = await at('PyList_GetItem', text.indexOf('g('));
  expect(hover).toContain('**borrowed reference**');
  expect(hover).toContain('`PyList_GetItemRef` (Python 3.13; earlier with pythoncapi-compat)');
  expect(await at('PyList_GetItem')).toBeNull();
  expect(await at('PyDict_Next')).toBeNull();
  expect(await at('other')).toBeNull();
});

test.each([
  ['half a function', '#include <Python.h>\nstatic int f(PyObject *o) { if (o'],
  ['brackets without end', `#include <Python.h>\nint x = ${'('.repeat(10_000)};`],
  ['one long line', `#include <Python.h>\n${'int a; '.repeat(4_000)}`],
  ['no C at all', '#include <Python.h>\n\u{1F40D} \\ \' " /* '],
])('no text makes it fail: %s', async (_, text) => {
  const report = await workspace({ '/p/counter.c': text }).diagnose('/p/counter.c');
  expect(report.skipped).toBeNull();
  expect(report.health).not.toBeNull();
});

test('a finding in a header is as sure as the extension says that knows its callers, whichever comes last', async () => {
  const cache = `#include <Python.h>
static PyObject *json_loads(void)
{
    static PyObject *loads = NULL;
    if (loads == NULL)
        loads = PyImport_ImportModule("json");
    return loads;
}
`;
  const module = `#include <Python.h>
#include "json_cache.h"
static PyObject *get(PyObject *module, PyObject *unused) { return Py_XNewRef(json_loads()); }
static PyMethodDef methods[] = {{"get", get, METH_NOARGS, NULL}, {NULL}};
`;
  const unused =
    '#include <Python.h>\n#include "json_cache.h"\nstatic PyObject *other(void) { return json_loads(); }\n';
  const it = workspace({ '/p/json_cache.h': cache, '/p/module.c': module, '/p/zz_unused.h': unused });
  const found: string[] = [];
  for await (const { file, findings } of it.scan(['/p']))
    for (const { rule } of findings) found.push(`${file} ${rule}`);
  expect(found).toEqual(['/p/json_cache.h static-lazy-import']);
});
