import type { Python } from '../python/python.ts';
import { attachTo, detachFrom, makeWorld, safePoint, stopTheWorld } from '../python/world-protocol.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const ATTACHED = `
static PyObject *
crunch(PyObject *module, PyObject *data)
{
    for (int i = 0; i < 3; i++)
        work(i);
    Py_RETURN_NONE;
}
`;

const DETACHED = ATTACHED.replace('    for (', '    Py_BEGIN_ALLOW_THREADS\n    for (').replace(
  '        work(i);\n',
  '        work(i);\n    Py_END_ALLOW_THREADS\n',
);

function write(py: Python, text: string, detached: boolean): void {
  const c = py.source('crunch.c', text);
  const python = py.source('other thread', 'gc.collect()');
  const world = makeWorld(py, 2);
  const progress = py.p.global('work done');
  const collected = py.p.global('collected', 0, { format: 'flag' });
  call(py, 'crunch(data)', c, (t, at) => {
    const loop = (): void => {
      for (let i = 1; i <= 3; i++) at('work(i)', () => t.store(progress, i, { order: 'relaxed' }));
    };
    if (detached) {
      at('Py_BEGIN_ALLOW_THREADS', () => detachFrom(t, world));
      loop();
      at('Py_END_ALLOW_THREADS', () => attachTo(t, world));
    } else {
      loop();
    }
    at('Py_RETURN_NONE', () => {
      safePoint(t, world);
      t.setAttached(false);
      t.store(world.state, 0, { order: 'sync', label: 'the thread ends: detaches' });
    });
  });
  call(py, 'gc.collect()', python, (t, at) =>
    at('gc.collect()', () =>
      stopTheWorld(t, world, () => t.store(collected, 1, { order: 'relaxed', label: 'collects, alone in the world' })),
    ),
  );
}

export const stopTheWorldStall: Scenario = {
  id: 'stop-the-world',
  title: 'A loop in C that makes everybody wait',
  topic: 'history',
  text:
    'The collector stops the world: every attached thread must come to a safe point by itself. C code between two safe points ' +
    'never does, and all wait for it. A detached thread is stopped where it is, and can go on computing: it only must not attach.',
  models: ['free-threaded'],
  rules: ['blocking-call-attached'],
  write: py => write(py, ATTACHED, false),
  expected: { 'free-threaded': '0 of 3 fail' },
  fixed: {
    title: 'The loop between ALLOW_THREADS',
    write: py => write(py, DETACHED, true),
    expected: { 'free-threaded': '0 of 7 fail' },
  },
};
