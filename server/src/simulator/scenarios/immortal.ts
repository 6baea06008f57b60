import { costsOf } from '../play/costs.ts';
import { decref, incref } from '../python/counts.ts';
import { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const SOURCE = `
/* None, True, small integers: ob_ref_local is UINT32_MAX */
Py_INCREF(Py_None);
Py_DECREF(Py_None);
`;

function write(py: Python): void {
  const c = py.source('none.c', SOURCE);
  const none = py.object('None', { immortal: true, type: 'NoneType' });
  calls(py, 2, 'Py_INCREF(Py_None); Py_DECREF(Py_None);', c, (t, at) => {
    at('Py_INCREF(Py_None)', () => incref(py, t, none));
    at('Py_DECREF(Py_None)', () => decref(py, t, none));
  });
}

export const immortal: Scenario = {
  id: 'immortal',
  title: 'Immortal objects (PEP 683)',
  topic: 'history',
  text:
    'The count of None never changes: each operation is one load, and finds that there is nothing to do. Nobody writes, so no ' +
    'order of the steps matters and no cache line moves.',
  models: ['free-threaded'],
  form: 'long',
  rules: [],
  write,
  expected: { 'free-threaded': '0 of 1 fail' },
  costs: () => {
    const py = new Python('free-threaded', 'long');
    write(py);
    return [costsOf(py.p.build(), { system: 'immortal object', note: 'one load for each operation' })];
  },
};
