/**
 * Walks a function's steps the way that one thread would, and writes what others could notice of it. What is known before
 * the program runs decides branches at once; what only the machine knows makes two branches of the program; what nothing
 * decides is chosen, once for each condition, so that the walk comes to the steps that it is for.
 */
import type { Op, Place, Value } from '../../program/model.ts';
import { type Place as Cell, field } from '../build/thread.ts';
import { add, type Expression, subtract } from '../machine/expression.ts';
import { attach, detach } from '../python/attach.ts';
import { pyMutexLock, pyMutexUnlock } from '../python/mutex.ts';
import { HEADER } from '../python/python.ts';
import { enterSection, leaveSection, saveSections } from '../python/sections.ts';
import type { CallResult } from './call.ts';
import { callOf } from './calls.ts';
import type { Lane } from './lane.ts';
import { itemPath, type Target } from './memory.ts';
import { type Code, Untranslatable } from './model.ts';
import { type Frame, Path } from './path.ts';
import type { Route } from './route.ts';
import { type HeapObject, int, nameOf, operate, type Symbol, truth, unknown, ZERO } from './symbols.ts';
import { kindOfType, pointee } from './types.ts';

/** Calls within calls. */
const DEEPEST = 4;
/** Rounds of a loop; what would come after them is left out, and said so. */
const ROUNDS = 2;
/** A step that comes back more often is in a loop whose end nothing decides. */
const MOST_VISITS = 8;

/** A value in a variable of a function, or a place in memory. */
export type Where = { readonly slot: string; readonly type: null } | Target;

/** How conditions are taken that nothing decides. */
export interface Chosen {
  readonly flips: ReadonlySet<number>;
  readonly decisions: Readonly<Record<string, boolean>>;
}

export interface WalkResult {
  /** Some way was given up in a loop. */
  cut: boolean;
  /** Conditions that were chosen, in order. */
  readonly choices: {
    readonly text: string;
    readonly taken: boolean;
    readonly file: string;
    readonly start: number;
    readonly end: number;
  }[];
  /** Spans of the steps that did something, by file. */
  readonly active: Map<string, Set<number>>;
  readonly walked: Set<Code>;
}

export class Walk {
  readonly lane: Lane;
  readonly route: Route;
  readonly #chosen: Chosen;
  readonly result: WalkResult;
  readonly range: (code: Code, span: { start: number; end: number }) => Parameters<Lane['t']['grouped']>[1];
  readonly #words: (code: Code, span: { start: number; end: number }) => string;
  readonly #pinned = new Set<string>();
  readonly #ends: (result: Symbol | null, path: Path) => void;

  constructor(
    lane: Lane,
    route: Route,
    chosen: Chosen,
    result: WalkResult,
    text: { range: Walk['range']; words: (code: Code, span: { start: number; end: number }) => string },
    ends: (result: Symbol | null, path: Path) => void,
  ) {
    this.lane = lane;
    this.route = route;
    this.#chosen = chosen;
    this.result = result;
    this.range = text.range;
    this.#words = text.words;
    this.#ends = ends;
  }

  start(code: Code, args: readonly Symbol[], foreign: boolean): void {
    const path = new Path(foreign);
    path.enter(code, args);
    this.result.walked.add(code);
    this.#run(path, 0);
  }

  /** From the step on, to the end of the thread. */
  #run(path: Path, from: number): void {
    let at = from;
    for (;;) {
      const frame = path.top;
      const step = frame.body.steps[at];
      if (step === undefined) throw new Untranslatable('The function could not be read whole.');
      const visits = (frame.visits.get(at) ?? 0) + 1;
      frame.visits.set(at, visits);
      frame.at = at;
      this.lane.atGoal = this.route.atGoal(path.frames);
      if (this.lane.atGoal && step.op.kind !== 'call') this.route.passed(path.frames);
      if (visits > MOST_VISITS) {
        this.result.cut = true;
        this.#ends(null, path);
        return;
      }
      const { op } = step;
      if (op.kind === 'unread') throw new Untranslatable('Part of the function could not be read.');
      if (op.kind === 'branch') {
        const next = this.#branch(path, at, op);
        if (next === null) return;
        at = next;
        continue;
      }
      if (op.kind === 'switch') {
        at = this.#switch(path, at, op);
        continue;
      }
      if (op.kind === 'return') {
        const value = op.value === null ? null : this.eval(op.value, path);
        if (path.frames.length === 1) {
          this.#at(frame, at, () => this.#ends(value, path));
          return;
        }
        path.frames.pop();
        const caller = path.top;
        this.#unlock(path, caller);
        caller.results.set(caller.at, value ?? unknown('nothing'));
        const next = caller.body.steps[caller.at]?.next[0];
        if (next === undefined) return;
        at = next;
        continue;
      }
      if (op.kind === 'call') {
        const entered = this.#call(path, at, op);
        if (entered === 'branched') return;
        if (entered === 'entered') {
          at = 0;
          continue;
        }
      } else this.#at(frame, at, () => this.#simple(path, at, op));
      const next = step.next[0];
      if (next === undefined) {
        // A call that does not come back.
        this.result.cut = true;
        this.#ends(null, path);
        return;
      }
      at = next;
    }
  }

  /** The steps that `body` writes stand where the step stands in the text. */
  #at(frame: Frame, at: number, body: () => void): void {
    const { code } = frame;
    const step = frame.body.steps[at];
    if (step === undefined) return;
    const span = step.span.end > step.span.start ? step.span : step.statement;
    const absolute = { start: span.start + code.unit.start, end: span.end + code.unit.start };
    const before = this.lane.steps;
    this.lane.t.grouped(this.#words(code, absolute), this.range(code, absolute), body);
    if (this.lane.steps === before) return;
    const active = this.result.active.get(code.file) ?? new Set();
    this.result.active.set(code.file, active.add(absolute.start));
  }

  #simple(path: Path, at: number, op: Op): void {
    const { lane } = this;
    const frame = path.top;
    switch (op.kind) {
      case 'load': {
        const where = this.where(op.place, path);
        const value = 'slot' in where ? this.read(where.slot, path) : lane.load(where, this.use(path, at));
        frame.results.set(at, value);
        return;
      }
      case 'store':
        this.assign(this.where(op.place, path), this.eval(op.value, path), path);
        return;
      case 'update':
        this.#update(path, at, op);
        return;
      case 'acquire':
      case 'release':
        this.#lock(path, op);
        return;
      case 'attach':
        attach(lane.py, lane.t);
        path.detached = false;
        frame.results.set(at, unknown('state'));
        return;
      case 'detach':
        // Who has nothing to let go of fails as one who touches what is Python's.
        lane.touchPython(path);
        detach(lane.py, lane.t);
        path.detached = true;
        frame.results.set(at, unknown('state'));
        return;
      default:
        return;
    }
  }

  /** How the machine's variable for a step is called, and what it belongs to. */
  use(path: Path, at: number): { name: string; use: string } {
    const { body, code } = path.top;
    const after = body.steps[body.steps[at]?.next[0] ?? -1]?.op;
    const stored =
      after?.kind === 'store' &&
      after.place.kind === 'local' &&
      after.value.kind === 'result' &&
      after.value.step === at
        ? after.place.local
        : -1;
    const visits = path.top.visits.get(at) ?? 0;
    return {
      name: body.locals[stored]?.name ?? '',
      use: `${path.frames.length} ${code.file} ${body.name} ${at} ${visits}`,
    };
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

  #update(path: Path, at: number, op: Op & { kind: 'update' }): void {
    const where = this.where(op.place, path);
    const operand = this.eval(op.operand, path);
    const { lane } = this;
    if ('slot' in where) {
      const old = this.read(where.slot, path);
      const now = operate(op.operator, [old, operand], symbol => lane.expression(symbol));
      this.assign(where, now, path);
      path.top.results.set(at, op.yields === 'old' ? old : now);
      return;
    }
    const amount = lane.expression(operand);
    if (where.type?.atomic === true && (op.operator === '+' || op.operator === '-')) {
      const next: Expression = op.operator === '+' ? add({ old: true }, amount) : subtract({ old: true }, amount);
      const old = lane.update(where, next, this.use(path, at));
      const now = operate(op.operator, [old, int(1)], symbol => lane.expression(symbol));
      path.top.results.set(at, op.yields === 'old' ? old : now);
      return;
    }
    const old = lane.load(where, this.use(path, at));
    const now = operate(op.operator, [old, operand], symbol => lane.expression(symbol));
    lane.store(where, now);
    path.top.results.set(at, op.yields === 'old' ? old : now);
  }

  #lock(path: Path, op: Op & { kind: 'acquire' | 'release' }): void {
    const { lane } = this;
    const { lock } = op;
    const targets = lock.targets.map(value => this.eval(value, path));
    if (lane.atGoal) lane.reached = true;
    if (lock.kind === 'critical-section' && !targets.some(isAddress)) {
      if (op.kind === 'release') leaveSection(lane.py, lane.t);
      else if (targets.length > 0)
        enterSection(
          lane.py,
          lane.t,
          targets.map(target => lane.expression(target)),
        );
      lane.step();
      return;
    }
    if (op.kind === 'release' && lock.targets.length === 0 && lock.kind === 'critical-section') {
      leaveSection(lane.py, lane.t);
      lane.step();
      return;
    }
    const places =
      targets.length === 0
        ? [this.#named(`the lock of ${lockName(lock.by)}`)]
        : targets.map(target => this.#lockCell(target));
    for (const place of op.kind === 'acquire' ? places : [...places].reverse()) {
      lane.step();
      if (op.kind === 'release') pyMutexUnlock(lane.t, place);
      else if (lock.kind === 'mutex' || lock.kind === 'critical-section') pyMutexLock(lane.py, lane.t, place);
      else lane.t.lock(place);
    }
  }

  #named(name: string): Cell {
    return this.lane.lockAt(this.lane.memory.variable(name, name, null));
  }

  #lockCell(target: Symbol): Cell {
    const { lane } = this;
    if (target.kind === 'cell') return lane.lockAt(lane.memory.target(target.base, target.path, null));
    if (target.kind === 'variable') return lane.lockAt(lane.memory.variable(target.key, target.name, target.type));
    if (target.kind === 'slot') return this.#named(`a lock of ${lane.t.name}`);
    return field(lane.expression(target), HEADER.mutex);
  }

  #branch(path: Path, at: number, op: Op & { kind: 'branch' }): number | null {
    const frame = path.top;
    const [yes, no] = frame.body.steps[at]?.next ?? [];
    if (yes === undefined || no === undefined) throw new Untranslatable('The function could not be read whole.');
    const condition = this.eval(op.condition, path);
    const known = truth(condition);
    if (known !== null) return known ? yes : no;
    if (condition.kind !== 'dynamic') return this.#decide(path, at, nameOf(condition), [yes, no]) ? yes : no;
    const visits = frame.visits.get(at) ?? 0;
    const isLoop = visits > ROUNDS;
    const restore = saveSections(this.lane.t);
    const other = path.fork();
    const go = (on: Path, next: number): void => {
      restore();
      this.#run(on, next);
    };
    if (isLoop) {
      // What is left of the loop is not looked at.
      const leaves = this.route.leavesLoop(frame.body, at);
      this.lane.t.when(
        this.lane.expression(condition),
        () => (leaves === no ? this.#cut(path) : go(path, yes)),
        () => (leaves === yes ? this.#cut(other) : go(other, no)),
      );
      return null;
    }
    this.lane.t.when(
      this.lane.expression(condition),
      () => go(path, yes),
      () => go(other, no),
    );
    return null;
  }

  #cut(path: Path): void {
    this.result.cut = true;
    this.#ends(null, path);
  }

  /** A condition that the model does not decide: taken once, so that the goal is reached. */
  #decide(path: Path, at: number, text: string, [yes, no]: readonly [number, number]): boolean {
    const frame = path.top;
    const negated = text.startsWith('!') && !text.startsWith('!=');
    const key = negated ? text.slice(1) : text;
    const visits = frame.visits.get(at) ?? 0;
    const remembered = path.decided.get(key);
    if (remembered !== undefined && visits <= 1) return negated ? !remembered : remembered;
    const preferred = this.#chosen.decisions[text] ?? this.route.prefers(path.frames, at, [yes, no], visits);
    const { code } = frame;
    const span = frame.body.steps[at]?.span ?? { start: 0, end: 0 };
    const start = span.start + code.unit.start;
    const { choices } = this.result;
    const before = choices.findIndex(one => one.start === start && one.file === code.file);
    const ordinal = before < 0 ? choices.length : before;
    const taken = this.#chosen.flips.has(ordinal) && visits <= 1 ? !preferred : preferred;
    path.decided.set(key, negated ? !taken : taken);
    if (before < 0) choices.push({ text, taken, file: code.file, start, end: span.end + code.unit.start });
    return taken;
  }

  #switch(path: Path, at: number, op: Op & { kind: 'switch' }): number {
    const step = path.top.body.steps[at];
    const value = this.eval(op.value, path);
    const labels = op.cases.map(label => (label === null ? null : this.eval(label, path)));
    const next = step?.next ?? [];
    const fallback = next[next.length - 1] ?? 0;
    if (value.kind === 'int') {
      const found = labels.findIndex(label => label?.kind === 'int' && label.value === value.value);
      return next[found] ?? fallback;
    }
    return this.route.preferred(path.frames, next) ?? next[0] ?? fallback;
  }

  /** `entered`: goes on at the start of the function that is called. */
  #call(path: Path, at: number, op: Op & { kind: 'call' }): 'entered' | 'branched' | 'done' {
    const frame = path.top;
    const { names } = this.lane.memory;
    const target = op.callee.kind === 'pointer' ? this.eval(op.callee.value, path) : null;
    const name = target?.kind === 'function' ? target.name : (op.callee.name ?? 'a function');
    const direct = op.callee.kind === 'named' || target?.kind === 'function';
    const callee = direct ? names.function(frame.code.file, name) : undefined;
    const args = op.args.map(arg => this.eval(arg, path));
    if (callee !== undefined && !names.isCast(name)) return this.#enter(path, callee, args) ? 'entered' : 'done';
    if (this.lane.atGoal) this.route.passed(path.frames);
    const results: CallResult[] = [];
    this.#at(frame, at, () =>
      results.push(names.isCast(name) ? (args[0] ?? ZERO) : callOf(this, path, at, name, args, op)),
    );
    const result = results[0] ?? ZERO;
    if (!('enters' in result)) {
      frame.results.set(at, result);
      return 'done';
    }
    const other = path.fork();
    const restore = saveSections(this.lane.t);
    const next = frame.body.steps[at]?.next[0] ?? 0;
    this.lane.t.when(
      this.lane.expression(result.done),
      () => {
        other.top.results.set(at, ZERO);
        this.#unlock(other, other.top);
        this.#run(other, next);
      },
      () => {
        restore();
        if (this.#enter(path, result.enters, [])) this.#run(path, 0);
        else this.#run(path, next);
      },
    );
    return 'branched';
  }

  /** Drops what a call holds for the length of the function that it ran. */
  #unlock(path: Path, caller: Frame): void {
    for (
      let last = path.unlocks.at(-1);
      last !== undefined && last.depth >= path.frames.length;
      last = path.unlocks.at(-1)
    ) {
      const { lock } = last;
      path.unlocks.pop();
      this.#at(caller, caller.at, () => {
        this.lane.step();
        this.lane.t.unlock(lock);
      });
    }
  }

  #enter(path: Path, callee: Code, args: readonly Symbol[]): boolean {
    if (path.frames.length >= DEEPEST || path.frames.some(frame => frame.code.unit === callee.unit)) {
      this.lane.assume(
        `${callee.unit.body.name}() is called too deeply to be followed, and is taken to change nothing here.`,
        null,
      );
      path.top.results.set(path.top.at, unknown(`${callee.unit.body.name}(…)`));
      return false;
    }
    this.result.walked.add(callee);
    path.enter(callee, args);
    return true;
  }

  /** Where the step that is running stands, for assumptions. */
  placeOf(path: Path): { file: string; offset: number; end: number } {
    const { code, body, at } = path.top;
    const span = body.steps[at]?.span ?? body.nameSpan;
    return { file: code.file, offset: span.start + code.unit.start, end: span.end + code.unit.start };
  }

  /** What a function unpacks from its arguments is the same object for all threads that unpack it under that name. */
  argumentName(name: string, path: Path): string {
    return path.frames.length === 1 ? name : `${name} of ${path.top.body.name}`;
  }

  pinOnce(object: HeapObject): void {
    if (this.#pinned.has(object.name)) return;
    this.#pinned.add(object.name);
    this.lane.memory.pin(object);
  }

  /** `pthread_once`, `call_once`: under a lock that the C library keeps, and only the first time. */
  once(control: Symbol, code: Code, path: Path): CallResult {
    const { lane } = this;
    const { t } = lane;
    const done = lane.memory.variable(`${nameOf(control)} is done`, `${nameOf(control)} is done`, null);
    const lock = this.#named(`the lock of ${nameOf(control)}`);
    lane.step();
    t.lock(lock);
    path.unlocks.push({ depth: path.frames.length, lock });
    lane.memory.set(done, ZERO);
    const known = lane.load(done, { name: '', use: `once ${nameOf(control)}` }, { order: 'relaxed' });
    lane.store(done, int(1), { order: 'relaxed' });
    return { enters: code, done: known };
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
        const type = place.struct === null ? null : memory.names.field(place.struct, place.field);
        if (base.kind === 'slot') return { slot: `${base.frame}:${base.local}${base.path}.${place.field}`, type: null };
        return memory.target(base, place.field, type);
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

function isAddress(symbol: Symbol): boolean {
  return symbol.kind === 'cell' || symbol.kind === 'variable';
}

/** `NPY_LOCK` and `NPY_UNLOCK` are one lock. */
function lockName(by: string): string {
  return by.replace(
    /(?:UN|un|Un)?_?(?:LOCK|Lock|lock|ACQUIRE|Acquire|acquire|RELEASE|Release|release|ENTER|LEAVE|BEGIN|END)/,
    '',
  );
}
