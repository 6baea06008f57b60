/** Calls by which the rest of the process gets in: the collector that stops the world, other threads that are waited for, `fork`. */
import { not } from '../machine/expression.ts';
import type { Call } from './call.ts';
import { INTERPRETER, INTERPRETER_LOCK, TRACKED } from './memory.ts';
import { int, type Symbol, unknown, ZERO } from './symbols.ts';
import { NUMBER } from './types.ts';

/** Memory of such a call holds anything. */
const UNFILLED = /^_?PyObject_GC_New(?:Var)?$/;

/** The collector knows the object from here on, or no more: that matters of dying ones, and of new ones with garbage in them. */
export function track({ walk, path, args }: Call, tracked: boolean): Symbol {
  const { lane } = walk;
  const [object = ZERO] = args;
  lane.use(object, path);
  if (object.kind !== 'object') return ZERO;
  const { name, madeBy = '' } = object.object;
  if (tracked && UNFILLED.test(madeBy)) {
    if (lane.atGoal) lane.reached = true;
    lane.readings.push({ container: name, action: 'collector', atGoal: lane.atGoal });
  } else if (object.object !== lane.dying) return ZERO;
  else path.untracked = !tracked;
  if (lane.memory.stopsWorld) {
    const target = lane.memory.target(object, TRACKED, NUMBER);
    lane.writes(target, ZERO);
    lane.store(target, int(tracked ? 1 : 0), { order: 'relaxed' });
  }
  return ZERO;
}

/** Waits for what another thread does; null: nobody here is waited for. */
export function block({ walk, path, name }: Call): Symbol | null {
  const { lane } = walk;
  const { memory } = lane;
  if (!lane.atGoal) return null;
  lane.reached = true;
  memory.object(INTERPRETER, { type: 'interpreter', python: true, immortal: true });
  lane.readings.push({ container: INTERPRETER, action: 'waker', atGoal: true });
  if (memory.waker === null) return null;
  lane.step();
  lane.t.wait(memory.waker, { old: true }, { label: `waits in ${name}()` });
  lane.assume(
    `What ${name}() waits for is done by a Python thread of this process, which has to collect garbage before.`,
    walk.placeOf(path),
  );
  return unknown(`${name}()`);
}

/** The child has the locks as they are, and not the threads that would unlock them. */
export function fork(call: Call): Symbol {
  const { walk, path, at, name } = call;
  const { lane } = walk;
  const { memory, t } = lane;
  memory.object(INTERPRETER, { type: 'interpreter', python: true, immortal: true });
  lane.readings.push({ container: INTERPRETER, action: 'interpreter', atGoal: lane.atGoal });
  if (lane.atGoal) lane.reached = true;
  const held = lane.local('', `${walk.use(path, at).use} held`, false);
  lane.step();
  t.load(held, lane.lockAt(memory.variable(INTERPRETER_LOCK, INTERPRETER_LOCK, null)), { order: 'relaxed' });
  t.check(not(held), 'deadlock', `the child waits for ever for ${INTERPRETER_LOCK}: who holds it is not in the child`);
  lane.assume(
    'Other threads take locks of the interpreter and of libraries for a moment as they run, and the child needs them.',
    walk.placeOf(path),
  );
  return unknown(`${name}()`);
}
