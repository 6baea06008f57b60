import { field } from '../build/thread.ts';
import { add, cellValue, equal } from '../machine/expression.ts';
import { costsOf } from '../play/costs.ts';
import { FIELDS, Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SOURCE = `
# two workers, each with a copy of the data
data = connection.recv()       # copied
data.total += 1
connection.send(data)          # copied back
`;

const WORDS = 8;
const BYTES_A_WORD = 8;

function write(py: Python): void {
  const c = py.source('worker.py', SOURCE);
  for (let i = 0; i < 2; i++) {
    const data = py.object(`data of worker ${i + 1}`, { type: 'Data', fields: [{ name: 'total' }] });
    py.holds(`worker ${i + 1}`, data);
    const pipe = py.p.global(`pipe of worker ${i + 1}`, 0);
    call(py, `worker ${i + 1}`, c, (t, at) => {
      const total = t.local('total');
      at('connection.recv()', () => {
        t.load(total, pipe, { order: 'sync' });
        t.store(field(data, FIELDS), total);
      });
      at('data.total += 1', () => {
        t.load(total, field(data, FIELDS));
        t.store(field(data, FIELDS), add(total, 1));
      });
      at('connection.send(data)', () => t.store(pipe, add(total, 1), { order: 'sync' }));
    });
    py.p.finally(equal(cellValue(data + FIELDS), 1), 'lost-update', 'a worker has lost its update');
  }
}

export const processes: Scenario = {
  id: 'processes',
  title: 'Multiprocessing: nothing shared, everything copied',
  topic: 'history',
  text:
    'Each worker has an interpreter of its own and a copy of the data. No cell is shared, so there is nothing to race for: one ' +
    'execution stands for all. The price is copying what goes to a worker and what comes back.',
  models: ['subinterpreters'],
  rules: [],
  write,
  expected: { subinterpreters: '0 of 1 fail' },
  costs: () => {
    const py = new Python('subinterpreters');
    write(py);
    // Each worker gets the data and sends it back.
    const copiedBytes = 2 * 2 * WORDS * BYTES_A_WORD;
    return [costsOf(py.p.build(), { system: 'processes', note: `${WORDS} words of data, to and fro`, copiedBytes })];
  },
};
