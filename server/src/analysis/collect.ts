/** Finds the accesses of one function: what each step reads and writes, by name, by address and through helpers. */
import { changesHandle } from '../capi/libraries.ts';
import { atomicAccess, isCApiName, isCPythonStruct } from '../capi/objects.ts';
import type { CType, Op, Place, Value } from '../program/model.ts';
import { truthOf } from '../program/values.ts';
import { type Access, ANY_LOCK, type OwnAccess } from './access.ts';
import { isIdle } from './idle-updates.ts';
import { CALLERS_LOCK, type HeldLock } from './locks.ts';
import { lockOfCallee } from './locks-through.ts';
import type { CalleeMeaning } from './meaning.ts';
import { enclosingObject, isAbsolute, type Path, parameterOf, relative, rootOf, SOME_OWNER } from './paths.ts';
import type { Linker } from './program.ts';
import { localName } from './render.ts';
import type { FunctionView } from './view.ts';

const NOTHING: ReadonlySet<string> = new Set();
const NO_LOCKS: readonly HeldLock[] = [];
const noRoots = (): ReadonlySet<string> => NOTHING;

export class AccessCollector {
  readonly #linker: Linker;
  readonly #view: FunctionView;
  readonly #out: OwnAccess[] = [];

  constructor(linker: Linker, view: FunctionView) {
    this.#linker = linker;
    this.#view = view;
  }

  collect(): OwnAccess[] {
    this.#view.body.steps.forEach((step, index) => {
      if (!this.#view.isReachable(index)) return;
      const { op } = step;
      if (op.kind === 'load') this.#place(op.place, index, 'read', false);
      else if (op.kind === 'store' && op.initializes !== true) {
        this.#place(op.place, index, this.#readsItself(op.place, op.value, index) ? 'update' : 'write', false);
      } else if (op.kind === 'update') this.#place(op.place, index, 'update', false);
      else if (op.kind === 'call') this.#call(op, index);
    });
    return this.#out;
  }

  /** `x->n = x->n + 1` is an update, however it is written. */
  #readsItself(place: Place, value: Value, step: number): boolean {
    if (value.kind !== 'operation' || (place.kind !== 'field' && place.kind !== 'global')) return false;
    return value.operands.some(operand => {
      if (operand.kind !== 'result') return this.#readsItself(place, operand, step);
      const load = this.#view.op(operand.step);
      if (load?.kind !== 'load') return false;
      if (place.kind === 'global') return load.place.kind === 'global' && load.place.name === place.name;
      return (
        load.place.kind === 'field' &&
        load.place.field === place.field &&
        this.#view.path(load.place.base, operand.step) === this.#view.path(place.base, step)
      );
    });
  }

  /** Places given by address: atomics, out-parameters, memory functions. */
  #call(op: Op & { readonly kind: 'call' }, step: number): void {
    const { name } = op.callee;
    if (name === null) return;
    const atomic = atomicAccess(name);
    const callee = this.#view.semantics.callee(step);
    this.#method(op, step);
    op.args.forEach((value, index) => {
      if (value.kind === 'result' && index === 0 && WRITES_FIRST.test(name)) this.#content(value, step, 'write', false);
      if (value.kind !== 'address') return;
      if (atomic !== null) {
        if (index === 0) this.#place(value.place, step, atomic === 'read' ? 'read' : atomic, true);
      } else if (callee?.kind === 'project') {
        const { writesThrough, readsThrough } = callee.summary;
        const writes = readsThrough.includes(index) ? 'update' : 'write';
        const kind = writesThrough.includes(index) ? writes : readsThrough.includes(index) ? 'read' : null;
        if (kind !== null) this.#place(value.place, step, kind, false, this.#locksInside(callee, op.args, index, step));
      } else if (WRITES_FIRST.test(name) ? index === 0 : WRITES_ALL.test(name) && !isKeywordList(name, index))
        this.#place(value.place, step, 'write', false);
      else if (callee?.kind === 'outside' && !isCApiName(name) && this.#isEmptyStatic(value.place))
        this.#place(value.place, step, 'write', false);
    });
  }

  /** Locks that the helper holds whenever it is at what the argument points to. */
  #locksInside(
    { name, summary }: CalleeMeaning & { readonly kind: 'project' },
    args: readonly Value[],
    index: number,
    step: number,
  ): readonly HeldLock[] {
    const locks = summary.locksThrough.find(([at]) => at === index)?.[1];
    if (locks === undefined) return NO_LOCKS;
    const paths = args.map(argument => this.#view.path(argument, step));
    return locks.flatMap(lock => lockOfCallee(lock, paths, name, step) ?? []);
  }

  /** A number of the function's own that starts as nothing: whose address is passed (`sysctlbyname("…", &count, …)`) fills it. */
  #isEmptyStatic(place: Place): boolean {
    const variable = place.kind === 'global' ? this.#view.global(place.name)?.variable : undefined;
    if (variable === undefined || variable.inFunction === null) return false;
    const { type, initializer } = variable;
    const isNumber = type.pointers === 0 && !type.array && NUMBER.test(type.base);
    return isNumber && (initializer === 'none' || initializer === 'zero');
  }

  /** A method of a container of the standard library that is a global: `registry.push_back(x)`. */
  #method({ callee, args }: Op & { readonly kind: 'call' }, step: number): void {
    const [object] = args;
    if (this.#view.unit.language !== 'cpp' || callee.name?.startsWith('std::') !== true) return;
    if (object?.kind !== 'address' || object.place.kind !== 'global') return;
    this.#global(object.place.name, '', step, changesHandle(callee.name, false) ? 'update' : 'read', false);
  }

  /** `within`: locks that are taken only inside the call that the step is. */
  #place(place: Place, step: number, kind: Access['kind'], atomic: boolean, within = NO_LOCKS): void {
    if (place.kind === 'global') this.#global(place.name, '', step, kind, atomic, within);
    else if (place.kind === 'field') this.#field(place, '', step, kind, atomic, within);
    else if (place.kind === 'element' && place.base.kind === 'address') {
      const array = place.base.place;
      if (array.kind === 'global') this.#global(array.name, '[]', step, kind, atomic, within);
      else if (array.kind === 'field') this.#field(array, '[]', step, kind, atomic, within);
    } else if (place.kind === 'element') this.#content(place.base, step, kind, atomic);
    else if (place.kind === 'deref') this.#content(place.pointer, step, kind, atomic);
  }

  /** What a pointer kept in a field or global points at: `self->buf[i]`. */
  #content(pointer: Value, step: number, kind: Access['kind'], atomic: boolean): void {
    if (pointer.kind !== 'result') return;
    const load = this.#view.op(pointer.step);
    if (load?.kind !== 'load') return;
    if (load.place.kind === 'global') this.#global(load.place.name, '[]', step, kind, atomic);
    else if (load.place.kind === 'field') this.#field(load.place, '[]', step, kind, atomic);
  }

  #global(name: string, suffix: string, step: number, kind: Access['kind'], atomic: boolean, within = NO_LOCKS): void {
    const found = this.#view.global(name);
    if (found === undefined || found.variable.threadLocal) return;
    const { key, variable } = found;
    if (variable.type.const || isLockType(variable.type)) return;
    this.#out.push({
      step,
      kind,
      key: `=${key}${suffix}`,
      place: { kind: 'global', name },
      struct: null,
      name: localName(name),
      type: variable.type,
      base: null,
      concurrent: this.#view.isConcurrent,
      atomic: atomic || variable.type.atomic,
      locks: locksAround(this.#view, step, null, noRoots, false, within),
      turns: null,
      isIdle: kind === 'update' && isIdle(this.#view, step),
      flags: flagsAround(this.#view, step, null),
    });
  }

  #field(
    place: Place & { readonly kind: 'field' },
    suffix: string,
    step: number,
    kind: Access['kind'],
    atomic: boolean,
    within = NO_LOCKS,
  ): void {
    const struct = this.#linker.structWith(place.struct, place.field);
    if (struct === null || isForeign(struct, this.#linker)) return;
    // Whoever stores the number that is there already changes nothing for anybody.
    if (kind === 'write' && this.#linker.world.constants.has(`${struct}.${place.field}`)) return;
    const field = this.#linker.field(struct, place.field);
    if (field !== undefined && isLockType(field.type)) return;
    const whole = this.#view.path(place.base, step);
    const base = enclosingObject(whole);
    this.#out.push({
      step,
      kind,
      key: `${struct}.${place.field}${suffix}`,
      place,
      struct,
      name: place.field,
      type: field?.type ?? null,
      base,
      concurrent: this.#isShared(place.base, struct, step),
      atomic: atomic || field?.type.atomic === true,
      locks: locksAround(
        this.#view,
        step,
        base,
        () => this.#view.semantics.origins.roots(place.base, step),
        whole !== base,
        within,
      ),
      turns: this.#turns(step),
      isIdle: kind === 'update' && isIdle(this.#view, step),
      flags: flagsAround(this.#view, step, base),
    });
  }

  #turns(step: number): Access['turns'] {
    if (this.#view.semantics.locks.flags.has(step)) return 'taken';
    const op = this.#view.op(step);
    return op?.kind === 'store' && truthOf(op.value) === false ? 'clear' : null;
  }

  #isShared(base: Value, struct: string, step: number): boolean {
    const view = this.#view;
    if (!view.isConcurrent || view.isInitOnly) return false;
    if (this.#linker.struct(struct) !== undefined && !this.#linker.isShareable(struct)) return false;
    if (!view.isExclusive(base, step)) return !view.isJustMade(base, step);
    // In a destructor the object itself is exclusive, and so is what it owns; other objects that it points to are not.
    const path = view.path(base, step);
    return (
      this.#linker.struct(struct)?.isObject === true && /^p\d+>/.test(enclosingObject(path)) && isOwnSelf(view, path)
    );
  }
}

/**
 * Locks held at the step as `Access.locks` names them, seen from the object `base` (null: a global). `roots`: what the object can
 * be reached from, asked for only where locks are held; `inside`: what is accessed lies in a part of the object; `within`: locks
 * that are taken only inside the call that the step is.
 */
export function locksAround(
  view: FunctionView,
  step: number,
  base: Path | null,
  roots: () => ReadonlySet<string>,
  inside: boolean,
  within = NO_LOCKS,
): ReadonlySet<string> {
  const around = view.locksAt(step);
  const held = within.length === 0 ? around : [...around, ...within];
  if (held.length === 0) return NOTHING;
  const out = new Set<string>();
  for (const lock of held) {
    if (lock.kind === 'flag') continue;
    if (lock.path === CALLERS_LOCK) out.add(ANY_LOCK);
    else if (lock.path.startsWith('=')) out.add(lock.path);
    else if (isAbsolute(lock.path)) out.add(`=${absolute(view, lock.path)}`);
    if (base === null && isModuleLock(view, lock)) out.add('=module');
    // Both names for a lock in the module's state: helpers that get the state as an argument know it by the second only.
    const seen = base === null ? null : relative(lock.path, base);
    if (seen !== null && !seen.startsWith('=')) out.add(seen);
    if ((seen !== '' || inside) && roots().has(rootOf(lock.path))) out.add(SOME_OWNER);
    if (lock.member !== null && lock.kind !== 'critical-section') out.add(`~${lock.member}`);
  }
  return out;
}

/** Flags that are taken at the step, as `Access.flags` names them. */
function flagsAround(view: FunctionView, step: number, base: Path | null): ReadonlySet<string> {
  const flags = view.keptOutAt(step).filter(lock => lock.kind === 'flag');
  if (flags.length === 0) return NOTHING;
  return new Set(
    flags.flatMap(({ path, member }) => {
      if (path.startsWith('=')) return [path];
      const seen = base === null ? null : relative(path, base);
      const known = [seen, member === null ? null : `~${member}`, isAbsolute(path) ? `=${absolute(view, path)}` : null];
      return known.filter(name => name !== null);
    }),
  );
}

/** Globals of different files may have the same name: the lock is named by the variable's key. */
function absolute(view: FunctionView, path: Path): string {
  const match = /^([ga]):([^>]+)(.*)$/.exec(path);
  if (match === null) return path;
  const key = view.global(match[2] ?? '')?.key ?? match[2];
  return `${match[1]}:${key}${match[3]}`;
}

/** A module's own critical section (`@critical_section` above a module function) is one lock for all that use its globals. */
export function isModuleLock({ body, surroundings }: FunctionView, lock: HeldLock): boolean {
  if (lock.path !== 'p0') return false;
  return surroundings.parameters[0]?.role === 'module' || /^(?:module|mod|m)$/.test(body.locals[0]?.name ?? '');
}

function isOwnSelf(view: FunctionView, path: Path): boolean {
  return view.surroundings.parameters[parameterOf(rootOf(path)) ?? -1]?.role === 'self';
}

const WRITES_FIRST =
  /^(?:memset|memcpy|memmove|strn?(?:cpy|cat)|stpn?cpy|v?sn?printf|PyOS_v?snprintf|_*(?:sig)?setjmp|f?gets|wcsn?cpy)$/;
const WRITES_ALL =
  /^(?:_?PyArg_\w+|PyObject_GetBuffer|PyObject_GetOptionalAttr\w*|Py\w+_Get\w*Ref|PyDict_Pop\w*|PyErr_Fetch|PyErr_NormalizeException)$/;

const NUMBER = /^(?:(?:un)?signed|short|int|long|size_t|ssize_t|u?int\d+_t|float|double|Py_ssize_t|bool|DWORD)(?: |$)/;

/** The names of keyword arguments (or a parser made of them) stand before what is written. */
function isKeywordList(name: string, argument: number): boolean {
  return /^_?PyArg_\w*Keywords/.test(name) && argument <= 3;
}

/** Structs of CPython itself: their fields have rules of their own. */
function isForeign(struct: string, linker: Linker): boolean {
  return isCPythonStruct(struct) && linker.struct(struct) === undefined;
}

const LOCK_TYPES =
  /^(?:_?PyMutex|_PyRecursiveMutex|_PyRWMutex|_PyOnceFlag|PyThread_type_lock|pthread_\w+_t|mtx_t|once_flag|cnd_t|sem_t|(?:\w+::)*\w*[Mm]utex|std::once_flag|std::condition_variable|CRITICAL_SECTION|SRWLOCK|INIT_ONCE|QReadWriteLock)$/;

export function isLockType(type: CType): boolean {
  return LOCK_TYPES.test(type.base);
}
