/** Where a thread comes into the extension and goes back to Python: what it is given, what its callers hold, what it returns. */
import type { Lane } from './lane.ts';
import type { Code, ThreadPlan } from './model.ts';
import type { Path } from './path.ts';
import { type Symbol, ZERO } from './symbols.ts';
import { kindOfType, OBJECT_POINTER } from './types.ts';

/** One symbol for each parameter of the function that the thread calls. */
export function argumentsOf(lane: Lane, plan: ThreadPlan & { kind: 'call' }): Symbol[] {
  const { locals, parameters } = plan.code.unit.body;
  return locals.slice(0, parameters).map((parameter, i): Symbol => argument(lane, plan, i, parameter));
}

function argument(
  lane: Lane,
  plan: ThreadPlan & { kind: 'call' },
  index: number,
  parameter: { name: string; type: Parameters<typeof kindOfType>[0] },
): Symbol {
  const { memory } = lane;
  const { type } = parameter;
  const kind = kindOfType(type, memory.names);
  const name = plan.objects[index] ?? '';
  const called = name === '' ? `${parameter.name} (${lane.t.name})` : name;
  if (
    (kind === 'object' || kind === 'pointer') &&
    memory.start.mayBeNull(`${plan.code.unit.body.name}(${parameter.name})`)
  )
    return ZERO;
  if (kind === 'object') {
    const object = memory.object(called, {
      type: type?.base ?? 'object',
      python: true,
      immortal: type?.base === 'PyTypeObject',
      items: OBJECT_POINTER,
    });
    if (plan.dying !== index && plan.drops !== true) memory.references.pin(object);
    return { kind: 'object', object };
  }
  if (kind === 'pointer') return { kind: 'object', object: memory.pointed(called, type, 0) };
  if (kind === 'function') return { kind: 'function', name: parameter.name };
  return { kind: 'unknown', name: name === '' ? `${parameter.name} of ${lane.t.name}` : parameter.name };
}

/** What a function's directive, its assertions or its name say that callers have locked. */
export function lockedByCallers({ unit: { body } }: Code, args: readonly Symbol[]): Symbol[] {
  const { clinicCriticalSection: clinic, assertsLocked = [], lockHeldByName } = body.facts;
  const parameters = new Set<number>();
  if (clinic !== undefined) {
    for (const name of clinic) parameters.add(body.locals.findIndex(local => local.name === name));
    if (clinic.length === 0) parameters.add(0);
  }
  for (const value of assertsLocked) if (value.kind === 'local') parameters.add(value.local);
  if (parameters.size === 0 && lockHeldByName === true && !/unlocked/.test(body.name)) parameters.add(0);
  return [...parameters]
    .flatMap(index => {
      const arg = index < body.parameters ? args[index] : undefined;
      return arg?.kind === 'object' ? [arg] : [];
    })
    .slice(0, 2);
}

/** A call that began attached has to end so, and the other way round. */
export function endsWrong(lane: Lane, path: Path, foreign: boolean): void {
  if (foreign) return;
  lane.touchPython(path);
}

/** What a function returns belongs to its caller. */
export function handOver(lane: Lane, code: Code, value: Symbol, path: Path): void {
  const { memory, t } = lane;
  if (kindOfType(code.unit.body.returnType, memory.names) !== 'object') return;
  const counted = value.kind === 'object' && memory.knowledge.counted.has(value.object.name) && !value.object.immortal;
  if (!counted && value.kind !== 'dynamic') return;
  const name = value.kind === 'object' ? value.object.name : value.kind === 'dynamic' ? value.of : '';
  path.refer(name, -1);
  const root = memory.references.root(`result of ${t.name}`);
  lane.step();
  t.store(root, lane.expression(value), { order: 'relaxed', label: 'returns to Python' });
}

/** Whoever has the object next drops it, and its type gives its memory back. */
export function goesWrongLater(lane: Lane, value: Symbol): void {
  const madeBy = value.kind === 'object' ? lane.misplaced.get(value.object.name) : undefined;
  if (madeBy === undefined) return;
  lane.step();
  lane.t.store(lane.memory.references.root(`result of ${lane.t.name}`), lane.expression(value), {
    order: 'relaxed',
    label: 'returns to Python, which drops it later',
  });
  lane.t.check(0, 'wrong-heap', `when it is dropped, memory of ${madeBy}() goes back with PyObject_Free()`);
}
