import { both, either, equal, not } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
/* specialise one instruction: opcode and inline cache belong together */
if (instruction->opcode == LOAD_ATTR) {
    instruction->cache = version;
    instruction->opcode = specialised;
}

/* the interpreter runs it */
opcode = instruction->opcode;
cache = instruction->cache;
`;

const LOCKED = `
/* specialise one instruction: opcode and inline cache belong together */
PyMutex_Lock(&specialise_lock);
if (instruction->opcode == LOAD_ATTR) {
    instruction->cache = version;
    instruction->opcode = specialised;
}
PyMutex_Unlock(&specialise_lock);

/* the interpreter runs it */
opcode = instruction->opcode;
cache = instruction->cache;
`;

const GENERIC = 0;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('specialize.c', text);
  const opcode = py.p.global('opcode', GENERIC);
  const cache = py.p.global('cache', 0);
  const lock = locked ? py.p.global('specialise_lock', 0, { format: 'holder' }) : 0;
  for (const kind of [1, 2]) {
    call(py, `specialises for type ${kind}, then runs it`, c, (t, at) => {
      const seen = t.local('opcode');
      const version = t.local('cache');
      if (locked) at('PyMutex_Lock', () => t.lock(lock));
      at('if (instruction->opcode', () => t.load(seen, opcode, { order: 'relaxed' }));
      t.when(not(seen), () => {
        at('instruction->cache = version', () => t.store(cache, kind, { order: 'relaxed' }));
        at('instruction->opcode = specialised', () => t.store(opcode, kind, { order: 'sync' }));
      });
      if (locked) at('PyMutex_Unlock', () => t.unlock(lock));
      at('opcode = instruction->opcode', () => t.load(seen, opcode, { order: 'sync' }));
      at('cache = instruction->cache', () => t.load(version, cache, { order: 'relaxed' }));
      t.check(
        either(not(seen), both(seen, equal(seen, version))),
        'torn-read',
        'opcode and cache are of two different specialisations',
      );
    });
  }
}

export const specialise: Scenario = {
  id: 'specialising',
  title: 'Two threads specialise one instruction',
  topic: 'history',
  text:
    'The specialising interpreter rewrites an instruction and the cache behind it. Two threads at once leave the opcode of one ' +
    'and the cache of the other. A mutex makes it one step, and whoever finds it specialised already leaves it alone. (3.13 ' +
    'does not specialise in its free-threaded build.)',
  models: ['free-threaded', 'gil'],
  rules: [],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '6 of 12 fail: torn-read 6', gil: '0 of 2 fail' },
  fixed: {
    title: 'A mutex around it',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
