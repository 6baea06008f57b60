/** A thread of made-up Python code that does to a shared object what Python code may do at any time. */
import { INTERNAL_FIELDS } from '../../capi/containers.ts';
import { field } from '../build/thread.ts';
import { both, differs, not } from '../machine/expression.ts';
import { inPython } from '../python/attach.ts';
import { decref, incref } from '../python/counts.ts';
import { setValue } from '../python/dict.ts';
import { setItem } from '../python/list.ts';
import { HEADER, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import { stopTheWorld } from '../python/world.ts';
import type { Lane } from './lane.ts';
import { INTERPRETER_LOCK, TRACKED } from './memory.ts';
import { type Exposure, type ThreadPlan, Untranslatable } from './model.ts';
import { type HeapObject, int, type Symbol, ZERO } from './symbols.ts';
import { CONTENTS, type Target } from './target.ts';
import { BYTES, NUMBER, OBJECT_POINTER } from './types.ts';

/** The line that the thread runs becomes a source of its own. @throws Untranslatable when there is no such object. */
export function pythonThread(py: Python, lane: Lane, plan: ThreadPlan & { kind: 'python' }): void {
  const { memory, t } = lane;
  const object = [...memory.objects].find(one => one.name === plan.container);
  if (object === undefined) throw new Untranslatable(`Nothing is known of ${plan.container}.`);
  const name = pythonName(plan.container);
  const container: Symbol = { kind: 'object', object };
  const text = plan.action === 'attribute' ? `${name}.${plan.field ?? ''} = other` : lineOf(plan.action, name);
  const source = py.source('another thread', text);
  t.runs = text;
  const item = memory.target(container, '[0]', OBJECT_POINTER);
  const replacement = (): Symbol => {
    const made = memory.object(`other (${t.name})`, { type: 'object', python: true });
    memory.knowledge.learn(memory.knowledge.counted, made.name);
    return { kind: 'object', object: made };
  };
  const owner = [...memory.objects].find(one => one.name === plan.under);
  const run = (): void => (owner === undefined ? act() : criticalSection(py, t, owner.base, act));
  inPython(py, t, () => py.line(t, source, source.at(text), run));

  function keys(): void {
    for (const name of INTERNAL_FIELDS.filter(one => one !== 'ob_bytes' && memory.knowledge.fields.includes(one))) {
      const target = memory.target(container, name, NUMBER);
      lane.writes(target, ZERO);
      const array = memory.object(`new array (${t.name})`, { type: 'memory', python: false, items: OBJECT_POINTER });
      criticalSection(py, t, object!.base, () => t.store(lane.place(target), array.base));
    }
  }

  /** Alone in the world: what is tracked and has no references is garbage, which goes as such. */
  function collect(): void {
    const tracked = memory.target(container, TRACKED, NUMBER);
    memory.start.set(tracked, int(object!.fresh ? 0 : 1));
    const fields = object!.fresh ? unfilled() : [];
    const [alive, known, count] = [t.temporary(), t.temporary(), t.temporary()];
    alone(() => {
      t.load(alive, object!.base, { order: 'relaxed' });
      t.when(alive, () => {
        t.load(known, lane.place(tracked), { order: 'relaxed' });
        if (object!.fresh) t.when(known, () => fields.forEach(visit));
        else {
          t.load(count, field(object!.base, HEADER.local), { order: 'relaxed' });
          t.when(both(known, not(count)), () => t.free(object!.base));
        }
      });
    });
  }

  /** Pointers of a new object that somebody sets: until then they hold what the memory was used for before. */
  function unfilled(): Target[] {
    const { knowledge } = memory;
    return knowledge.fields
      .filter(path => knowledge.written.has(`${object!.name}|${path}`) && knowledge.pointers.has(path))
      .map(path => {
        const target = memory.target(container, path, OBJECT_POINTER);
        memory.start.set(target, { kind: 'object', object: before() });
        return target;
      });
  }

  function before(): HeapObject {
    return memory.object('what was there before', { type: 'memory', python: false, fresh: true });
  }

  /** The collector follows a field. */
  function visit(target: Target): void {
    const seen = lane.load(target, { name: '', use: `visits ${target.name}` }, { order: 'relaxed' });
    const text = `the collector follows ${target.name}, which holds what the memory was used for before`;
    if (seen.kind === 'dynamic') t.check(differs(seen.value, before().base), 'use-after-free', text);
  }

  function wake(): void {
    alone(() => {});
    if (memory.waker !== null) t.store(memory.waker, 1, { order: 'sync', label: 'does what is waited for' });
  }

  /** With a GIL, having it is enough. */
  function alone(body: () => void): void {
    if (py.world === null) t.atomic(body, { label: 'collects garbage' });
    else stopTheWorld(t, py.world, body);
  }

  function act(): void {
    switch (plan.action) {
      case 'list':
      case 'set':
      case 'slot':
      case 'dict': {
        const value = replacement();
        keys();
        lane.writes(item, value);
        if (plan.action === 'dict') setValue(py, t, object!.base, 1, lane.expression(value));
        else setItem(py, t, object!.base, 0, lane.expression(value));
        return;
      }
      case 'attribute': {
        const value = replacement();
        const old = t.local('old', 'pointer');
        const field = memory.target(container, plan.field ?? '', OBJECT_POINTER);
        lane.writes(field, value);
        criticalSection(py, t, object!.base, () => {
          t.load(old, lane.place(field), { order: 'relaxed' });
          t.store(lane.place(field), lane.expression(value), { order: 'sync' });
        });
        t.when(old, () => decref(py, t, old));
        return;
      }
      case 'clear': {
        const old = t.local('old', 'pointer');
        keys();
        lane.writes(item, ZERO);
        const size = memory.target(container, 'ob_size', NUMBER);
        lane.writes(size, ZERO);
        criticalSection(py, t, object!.base, () => {
          t.load(old, lane.place(item), { order: 'relaxed' });
          t.store(lane.place(item), 0, { order: 'sync' });
          t.store(lane.place(size), 0, { order: 'relaxed' });
        });
        t.when(old, () => decref(py, t, old));
        return;
      }
      case 'weakref': {
        const referent = memory.start.initial(item);
        if (referent.kind !== 'object')
          throw new Untranslatable('Nothing is known of what the weak reference points to.');
        memory.knowledge.learn(memory.knowledge.counted, referent.object.name);
        lane.writes(item, ZERO);
        memory.references.lendTo(referent.object, `the last reference to ${referent.object.name}`);
        const root = memory.references.root(`the last reference to ${referent.object.name}`);
        t.store(root, 0, { order: 'relaxed' });
        decref(py, t, referent.object.base, lane.dealloc);
        return;
      }
      case 'bytearray': {
        const bytes = memory.target(container, 'ob_bytes', { ...BYTES, pointers: 1 });
        const old = t.local('old', 'pointer');
        const before = memory.start.initial(bytes);
        if (before.kind === 'object') memory.knowledge.learn(memory.knowledge.freed, before.object.name);
        keys();
        lane.writes(bytes, ZERO);
        const other = memory.object(`new bytes (${t.name})`, { type: 'bytes', python: false }).base;
        criticalSection(py, t, object!.base, () => {
          t.load(old, lane.place(bytes), { order: 'relaxed' });
          t.store(lane.place(bytes), other, { order: 'sync' });
          t.when(old, () => t.free(old));
        });
        return;
      }
      case 'tuple': {
        const seen = t.local('item', 'pointer');
        lane.peek(item, { name: '', use: 'python reads' }, 'item');
        t.load(seen, lane.place(item), { order: 'relaxed' });
        t.when(seen, () => {
          incref(py, t, seen);
          decref(py, t, seen);
        });
        return;
      }
      case 'bytes':
        lane.load(memory.target(container, CONTENTS, BYTES), { name: '', use: 'python reads' });
        return;
      case 'lock':
        criticalSection(py, t, object!.base, () => {});
        return;
      case 'collector':
        return collect();
      case 'waker':
        return wake();
      case 'interpreter': {
        const lock = lane.lockAt(memory.variable(INTERPRETER_LOCK, INTERPRETER_LOCK, null));
        t.lock(lock);
        t.unlock(lock);
        return;
      }
      case 'type':
        lane.load(memory.target(container, 'ob_type', null), { name: '', use: 'python reads' });
        return;
    }
  }
}

/** C names as Python code would have them: `self->items` is `self.items`. */
function pythonName(name: string): string {
  return name
    .replace(/->/g, '.')
    .replace(/ \([^)]*\)/, '')
    .replace(/[^\w.[\]]+/g, '_');
}

function lineOf(action: Exposure, name: string): string {
  switch (action) {
    case 'list':
      return `${name}[0] = other`;
    case 'dict':
      return `${name}[key] = other`;
    case 'set':
      return `${name}.remove(item); ${name}.add(other)`;
    case 'slot':
      return `${name}.value = other`;
    case 'attribute':
    case 'clear':
      return `${name}.clear()`;
    case 'weakref':
      return `del ${name}_target`;
    case 'bytearray':
      return `${name}.clear()`;
    case 'tuple':
      return `repr(${name})`;
    case 'bytes':
      return `hash(${name})`;
    case 'type':
      return `type(${name})`;
    case 'lock':
      return `${name}.method()`;
    case 'interpreter':
      return 'object()';
    case 'collector':
      return 'gc.collect()';
    case 'waker':
      return 'gc.collect(); wake_up()';
  }
}
