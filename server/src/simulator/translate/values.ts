/** Places and values of the code where a walk stands: variables of functions, fields, what a name means. */
import { isContainerInternal } from '../../capi/containers.ts';
import type { CType, Place, Value } from '../../program/model.ts';
import type { Lane } from './lane.ts';
import type { Names } from './model.ts';
import type { Path } from './path.ts';
import { int, nameOf, operate, type Symbol, unknown, ZERO } from './symbols.ts';
import { itemPath, type Target } from './target.ts';
import { kindOfType, NUMBER, OBJECT_POINTER, pointee } from './types.ts';

/** A value in a variable of a function, or a place in memory. */
export type Where = { readonly slot: string; readonly type: null } | Target;

/** CPython's own structs are not declared in the extension; the fields of its containers lead to arrays. */
function fieldType(names: Names, struct: string, field: string): CType | null {
  return names.field(struct, field) ?? (isContainerInternal(struct, field) ? { ...OBJECT_POINTER, pointers: 2 } : null);
}

export class Values {
  readonly lane: Lane;

  constructor(lane: Lane) {
    this.lane = lane;
  }

  read(slot: string, path: Path): Symbol {
    const plain = /^(\d+):(\d+)$/.exec(slot);
    if (plain !== null) {
      const frame = path.frames[Number(plain[1])];
      const local = Number(plain[2]);
      return frame?.locals[local] ?? unknown(frame?.body.locals[local]?.name ?? slot);
    }
    return path.structs.get(slot) ?? unknown(this.#slotName(slot, path));
  }

  #slotName(slot: string, path: Path): string {
    const [, frame, local, rest] = /^(\d+):(\d+)(.*)$/.exec(slot) ?? [];
    return `${path.frames[Number(frame)]?.body.locals[Number(local)]?.name ?? ''}${rest ?? ''}`;
  }

  assign(where: Where, value: Symbol, path: Path): void {
    if (!('slot' in where)) {
      this.keep(where, value, path);
      this.lane.store(where, value);
      return;
    }
    const plain = /^(\d+):(\d+)$/.exec(where.slot);
    const frame = path.frames[Number(plain?.[1])];
    if (plain === null || frame === undefined) path.structs.set(where.slot, value);
    else frame.locals[Number(plain[2])] = value;
  }

  /** Whether the place takes over a reference that the thread had, or only a pointer. */
  keep(target: Target, value: Symbol, path: Path): void {
    const { knowledge } = this.lane.memory;
    const name = value.kind === 'object' && value.object.python && !value.object.immortal ? value.object.name : null;
    if (name === null) return;
    if ((path.references.get(name) ?? 0) > 0) {
      path.refer(name, -1);
      knowledge.learn(knowledge.owned, target.path);
    } else knowledge.learn(knowledge.borrowed, target.path);
  }

  /** Where a place is. */
  where(place: Place, path: Path): Where {
    const { memory } = this.lane;
    const frame = path.top;
    switch (place.kind) {
      case 'local':
        return { slot: `${path.frames.length - 1}:${place.local}`, type: null };
      case 'global': {
        const base = this.#global(place.name, path);
        return base.kind === 'variable'
          ? memory.variable(base.key, base.name, base.type)
          : memory.target(base, '[0]', null);
      }
      case 'field': {
        const base = this.eval(place.base, path);
        const type = place.struct === null ? null : fieldType(memory.names, place.struct, place.field);
        if (base.kind === 'slot') return { slot: `${base.frame}:${base.local}${base.path}.${place.field}`, type: null };
        const target = memory.target(base, place.field, type);
        const beside = place.struct === null ? [] : memory.names.bitFieldsBeside(place.struct, place.field);
        return beside.length === 0
          ? target
          : { ...target, beside: beside.map(field => memory.target(base, field, NUMBER)) };
      }
      case 'element': {
        const base = this.eval(place.base, path);
        const index = this.eval(place.index, path);
        const item = index.kind === 'int' ? itemPath(index.value) : '[0]';
        if (base.kind === 'slot') return { slot: `${base.frame}:${base.local}${base.path}${item}`, type: null };
        const type =
          base.kind === 'object'
            ? base.object.items
            : base.kind === 'cell' || base.kind === 'dynamic'
              ? pointee(base.type)
              : null;
        const inside = base.kind === 'cell' ? { ...base, path: `${base.path}${item}` } : null;
        if (inside !== null) {
          const offset = index.kind === 'dynamic' ? index.value : 0;
          return memory.target(inside.base, inside.path, type, offset);
        }
        return memory.target(base, item, type, index.kind === 'dynamic' ? index.value : 0);
      }
      case 'deref': {
        const pointer = this.eval(place.pointer, path);
        if (pointer.kind === 'slot') return { slot: `${pointer.frame}:${pointer.local}${pointer.path}`, type: null };
        if (pointer.kind === 'cell') return memory.target(pointer.base, pointer.path, pointer.type);
        const type =
          pointer.kind === 'object' ? pointer.object.items : pointer.kind === 'dynamic' ? pointee(pointer.type) : null;
        return memory.target(pointer, '[0]', type);
      }
      case 'unknown':
        return { slot: `unknown in ${frame.body.name}`, type: null };
    }
  }

  #global(name: string, path: Path): Symbol {
    const { memory, thread } = this.lane;
    const found = memory.names.global(path.top.code.file, name);
    const type = found?.variable.type ?? null;
    const short = name.replace(/^.*\./, '');
    const own = found?.variable.threadLocal === true ? ` of T${thread + 1}` : '';
    const key = `${found?.key ?? name}${own}`;
    const kind = kindOfType(type, memory.names);
    if (kind !== 'struct') return { kind: 'variable', key, name: `${short}${own}`, type };
    const items = type?.array === true ? pointee(type) : null;
    const object = memory.object(`${short}${own}`, { type: type?.base ?? 'struct', python: false, items });
    return { kind: 'object', object };
  }

  eval(value: Value, path: Path): Symbol {
    const { memory } = this.lane;
    const frame = path.top;
    switch (value.kind) {
      case 'unknown':
        return unknown(`something in ${frame.body.name}`);
      case 'int':
        return int(value.value | 0);
      case 'null':
        return ZERO;
      case 'string':
        return { kind: 'text' };
      case 'local': {
        const type = frame.body.locals[value.local]?.type ?? null;
        const known = frame.locals[value.local];
        if (known === undefined && (type?.array === true || kindOfType(type, memory.names) === 'struct'))
          return { kind: 'slot', frame: path.frames.length - 1, local: value.local, path: '' };
        return known ?? unknown(frame.body.locals[value.local]?.name ?? 'a variable');
      }
      case 'result':
        return frame.results.get(value.step) ?? unknown(`result of step ${value.step}`);
      case 'address':
        return this.#address(value.place, path);
      case 'function':
        return { kind: 'function', name: value.name };
      case 'symbol':
        return this.#symbol(value.name, path);
      case 'operation':
        return operate(
          value.operator,
          value.operands.map(operand => this.eval(operand, path)),
          symbol => this.lane.expression(symbol),
        );
    }
  }

  /**
   * A test of which object something is: `value == Py_None`, `Py_TYPE(value) == &PyList_Type`. The model gives each value an
   * object of its own, but callers may pass any. `usual`: what the test yields when nothing asks for the other.
   */
  identity(condition: Value, path: Path): { text: string; usual: boolean } | null {
    if (condition.kind !== 'operation' || !/^[!=]=$/.test(condition.operator)) return null;
    const [a, b] = condition.operands.map(operand => this.eval(operand, path));
    if (a === undefined || b === undefined) return null;
    const isFixed = (one: Symbol): boolean =>
      (one.kind === 'object' && one.object.immortal) || (one.kind === 'variable' && one.type?.base === 'PyTypeObject');
    const isGiven = (one: Symbol): boolean => one.kind === 'object' && one.object.python && !one.object.fresh;
    const [given, fixed] = isFixed(b) ? [a, b] : [b, a];
    if (!isFixed(fixed) || !isGiven(given) || nameOf(given) === nameOf(fixed)) return null;
    const differs = condition.operator === '!=';
    return { text: `${differs ? '!' : ''}${nameOf(given)} == ${nameOf(fixed).replace(/^&/, '')}`, usual: differs };
  }

  #address(place: Place, path: Path): Symbol {
    switch (place.kind) {
      case 'local':
        return { kind: 'slot', frame: path.frames.length - 1, local: place.local, path: '' };
      case 'global':
        return this.#global(place.name, path);
      case 'deref':
        return this.eval(place.pointer, path);
      default: {
        const where = this.where(place, path);
        if ('slot' in where) {
          const [, frame, local, rest] = /^(\d+):(\d+)(.*)$/.exec(where.slot) ?? [];
          return { kind: 'slot', frame: Number(frame ?? 0), local: Number(local ?? 0), path: rest ?? '' };
        }
        const base = this.#baseOf(place, path);
        return { kind: 'cell', base, path: where.path, type: where.type };
      }
    }
  }

  #baseOf(place: Place, path: Path): Symbol {
    if (place.kind !== 'field' && place.kind !== 'element') return unknown('a place');
    const base = this.eval(place.base, path);
    // `where` has joined the path of an embedded struct to the field's own.
    let at: Symbol = base;
    while (at.kind === 'cell') at = at.base;
    if (at.kind === 'variable') {
      const object = this.lane.memory.pointed(at.name, at.type, 0);
      return { kind: 'object', object };
    }
    return at;
  }

  #symbol(name: string, path: Path): Symbol {
    const { memory } = this.lane;
    if (/^(?:NULL|nullptr|false|FALSE|Py_False_)$/.test(name)) return ZERO;
    if (/^(?:true|TRUE)$/.test(name)) return int(1);
    const number = memory.names.constant(path.top.code.file, name);
    if (number !== null) return int(number | 0);
    if (memory.names.function(path.top.code.file, name) !== undefined) return { kind: 'function', name };
    if (/^_?Py[A-Z_]/.test(name)) {
      const object = memory.object(name.replace(/^_?Py(?:Exc)?_/, ''), {
        type: 'object',
        python: true,
        immortal: true,
      });
      return { kind: 'object', object };
    }
    return unknown(name);
  }
}
