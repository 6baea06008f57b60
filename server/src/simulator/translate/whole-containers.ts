/** Calls that work on a container as a whole: its size, its end, all of its items one after the other. */

import { differs, equal } from '../machine/expression.ts';
import { append } from '../python/list.ts';
import { criticalSection } from '../python/sections.ts';
import { out } from './call.ts';
import { ContainerCall, type Of } from './container-call.ts';
import { int, type Symbol, ZERO } from './symbols.ts';
import { NUMBER, OBJECT_POINTER } from './types.ts';

export class WholeContainers extends ContainerCall {
  append({ into, value: index }: Of<'append'>): Symbol {
    const lane = this.lane;
    const { path, args, walk } = this.call;
    const list = this.holder(into, 'list');
    const value = args[index] ?? ZERO;
    for (const arg of args) lane.use(arg, path);
    const size = this.field(list, 'ob_size');
    const has = this.field(list, 'has');
    lane.incref(value, path, true, true);
    const slot = lane.memory.target(list, '[0]', OBJECT_POINTER);
    walk.values.keep(slot, value, path);
    lane.writes(size, ZERO);
    if (lane.memory.knowledge.fields.includes('has')) lane.writes(has, ZERO);
    const end = lane.local('', `end ${this.use().use}`, false);
    const place = lane.memory.target(list, '[0]', OBJECT_POINTER, end);
    lane.writes(place, value);
    lane.step();
    const places = { size: lane.place(size), end, item: lane.place(place) };
    append(lane.py, lane.t, lane.expression(list), places, lane.expression(value), () => {
      if (lane.memory.knowledge.fields.includes('has')) lane.t.store(lane.place(has), 1, { order: 'relaxed' });
    });
    return ZERO;
  }

  size(of: number): Symbol {
    const lane = this.lane;
    const container = this.holder(of, 'list');
    lane.touchPython(this.call.path);
    // A tuple keeps its size.
    if (!this.call.name.startsWith('PyTuple_') && !this.isTuple(of)) lane.readsContainer(container, 'clear');
    return lane.load(this.field(container, 'ob_size'), this.use(), { order: 'relaxed' });
  }

  /** `PyDict_Next`: one entry, and then there are no more. */
  next({ of, out: outs }: Of<'walk'>): Symbol {
    const lane = this.lane;
    const { path, name } = this.call;
    const container = this.holder(of, 'dict');
    lane.use(container, path);
    const walked = `walk at ${this.call.at} in ${path.frames.length}`;
    const keys = this.field(container, 'ma_keys');
    if (path.count(walked) > 0) {
      const now = lane.load(keys, { use: `${walked} again`, name: '' });
      const before = path.structs.get(walked);
      if (before === undefined || lane.isKnown(before) || lane.isKnown(now)) return ZERO;
      const text = 'the dictionary is not the one whose walk began';
      lane.t.check(equal(lane.expression(before), lane.expression(now)), 'torn-read', text);
      return ZERO;
    }
    lane.readsContainer(container, name.includes('Set') ? 'set' : 'dict');
    path.structs.set(walked, lane.load(keys, { use: walked, name: '' }));
    const item = this.item(container, 'dict');
    const value = lane.load(item, { ...this.use(), name: 'value' }, { order: 'relaxed' });
    const key = lane.memory.object('a key', { type: 'str', python: true, immortal: true });
    const last = outs.at(-1);
    for (const index of outs) out(this.call, index, index === last ? value : { kind: 'object', object: key });
    if (lane.isKnown(value)) return int(value.kind === 'int' ? 0 : 1);
    return { kind: 'dynamic', value: differs(lane.expression(value), 0), of: `${name}()`, type: NUMBER };
  }

  clear(container: Symbol): Symbol {
    const lane = this.lane;
    const { path } = this.call;
    const item = lane.memory.target(container, '[0]', OBJECT_POINTER);
    const size = this.field(container, 'ob_size');
    lane.writes(item, ZERO);
    lane.writes(size, ZERO);
    const old = lane.peek(item, { ...this.use(), name: '' }, 'item');
    lane.step();
    criticalSection(lane.py, lane.t, lane.expression(container), () => {
      if ('local' in old) lane.t.load(old.local, lane.place(item), { order: 'relaxed' });
      lane.t.store(lane.place(item), 0, { order: 'sync' });
      lane.t.store(lane.place(size), 0, { order: 'relaxed' });
    });
    lane.decref(old.symbol, path, true);
    return ZERO;
  }
}
