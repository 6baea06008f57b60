import { cellValue, equal } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import { detachFrom, makeWorld, safePoint, stopTheWorld } from '../python/world-protocol.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SILENT = `
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, legacy_exec},
    {0, NULL},
};
`;

const DECLARED = `
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, legacy_exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};
`;

const WORKER = `
part(1)
part(2)
`;

function write(py: Python, text: string, declared: boolean): void {
  const c = py.source('legacy.c', text);
  const python = py.source('other thread', WORKER);
  const world = makeWorld(py, 2);
  const enabled = py.p.global('the GIL is enabled', 0, { format: 'flag' });
  const gil = py.p.global('GIL', 0, { format: 'holder' });
  const work = py.p.globals(i => `work of T${i + 1}`, 2);
  py.p.finally(equal(cellValue(enabled), declared ? 0 : 1), 'not-serialisable', 'the import left the GIL as it was');
  call(py, 'import legacy, then work', c, (t, at) => {
    const on = t.local('GIL enabled', 'flag');
    if (!declared) {
      at('{0, NULL}', () =>
        stopTheWorld(t, world, () => t.store(enabled, 1, { order: 'sync', label: 'no Py_mod_gil: enables the GIL' })),
      );
    }
    t.load(on, enabled, { order: 'sync' });
    t.when(on, () => t.lock(gil));
    at('legacy_exec', () => t.store(work, 1, { order: 'relaxed', label: 'works' }));
    t.when(on, () => t.unlock(gil));
    t.setAttached(false);
    t.store(world.state, 0, { order: 'sync', label: 'the thread ends: detaches' });
  });
  call(py, 'works all the time', python, (t, at) => {
    const on = t.local('GIL enabled', 'flag');
    at('part(1)', () => {
      t.store(work + 1, 1, { order: 'relaxed', label: 'works' });
      safePoint(t, world);
    });
    at('part(2)', () => {
      t.load(on, enabled, { order: 'sync' });
      t.when(on, () => t.lock(gil));
      t.store(work + 1, 2, { order: 'relaxed', label: 'works' });
      t.when(on, () => t.unlock(gil));
      detachFrom(t, world);
    });
  });
}

export const gilComesBack: Scenario = {
  id: 'gil-comes-back',
  title: 'An import that brings the GIL back',
  topic: 'module',
  text:
    'A module that does not declare Py_mod_gil makes the free-threaded interpreter stop the world and enable the GIL, for all ' +
    'threads and for good. Nothing fails: the other thread just has to queue from then on. One slot says that the module ' +
    'does not need it.',
  models: ['free-threaded'],
  counterpart: 'undeclared_module',
  rules: ['missing-mod-gil'],
  write: py => write(py, SILENT, false),
  expected: { 'free-threaded': '0 of 4 fail' },
  fixed: {
    title: 'Py_mod_gil declared',
    write: py => write(py, DECLARED, true),
    expected: { 'free-threaded': '0 of 1 fail' },
  },
  assumptions: ['The GIL is dropped at the end of each part of the work, not after an interval.'],
};
