/**
 * Which structs more than one thread can get at: Python objects, and whatever can be reached from them, from globals or from
 * the user data of callbacks. A struct that only ever lives on the stack or in other such structs is left out.
 */
import { namesIn } from '../program/enclosing.ts';
import type { FunctionBody, GlobalVariable, StructType, TranslationUnit } from '../program/model.ts';
import { boundClass } from './binding-libraries.ts';

export interface Shareable {
  /** Also where a function's own static variable is one of them. */
  readonly all: ReadonlySet<string>;
  /** Without those: they get to other functions by calls that are seen. */
  readonly outside: ReadonlySet<string>;
}

export function shareableStructs(
  units: readonly Pick<TranslationUnit, 'structs' | 'globals'>[],
  bodies: readonly FunctionBody[],
  structNamed: (name: string) => StructType | undefined,
): Shareable {
  const shared = new Set<string>();
  const waiting: StructType[] = [];
  /** A class that was only announced where it is named has its namespace found here. */
  const find = (name: string, around: string): StructType | undefined => {
    if (around.includes('::')) {
      for (const full of namesIn(around, name)) {
        const struct = structNamed(full);
        if (struct !== undefined) return struct;
      }
    }
    return structNamed(name);
  };
  const derived = derivedClasses(units, find);
  const put = (struct: StructType | undefined): void => {
    if (struct === undefined || shared.has(struct.name) || isReferenceHolder(struct, derived)) return;
    shared.add(struct.name);
    waiting.push(struct);
  };
  const add = (name: string, around = ''): void => put(find(name, around));
  for (const unit of units) {
    for (const struct of unit.structs) if (struct.isObject) add(struct.name);
    for (const global of unit.globals) if (isShared(global) && global.inFunction === null) add(global.type.base);
  }
  // Memory of unknown fate: module state, capsules and callbacks pass through `void *`, bound classes through templates.
  for (const body of bodies) for (const name of heldElsewhere(body)) add(name, body.qualifiedName);
  const close = (): ReadonlySet<string> => {
    for (let struct = waiting.pop(); struct !== undefined; struct = waiting.pop()) {
      for (const field of struct.fields) add(field.type.base, struct.name);
      for (const base of struct.bases) add(base, struct.name);
      // A pointer to the one may well point to the other.
      for (const one of derived.get(struct.name) ?? []) put(one);
    }
    return new Set(shared);
  };
  const outside = close();
  for (const unit of units) for (const global of unit.globals) if (isShared(global)) add(global.type.base);
  return { all: close(), outside };
}

function isShared({ type, threadLocal }: GlobalVariable): boolean {
  return !type.const && !threadLocal;
}

/** C++: `handle`, `ref<T>`: a value that holds one reference. Whether that is shared depends on where the value is kept. */
function isReferenceHolder(
  { name, isObject, fields }: StructType,
  derived: ReadonlyMap<string, readonly StructType[]>,
): boolean {
  const [only] = fields;
  return (
    (name.includes('::') || derived.has(name)) &&
    !isObject &&
    fields.length === 1 &&
    only?.type.pointers === 1 &&
    /^_?Py\w*Object$/.test(only.type.base)
  );
}

function derivedClasses(
  units: readonly Pick<TranslationUnit, 'structs'>[],
  find: (name: string, around: string) => StructType | undefined,
): ReadonlyMap<string, readonly StructType[]> {
  const derived = new Map<string, StructType[]>();
  for (const unit of units) {
    for (const struct of unit.structs) {
      for (const name of struct.bases) {
        const base = find(name, struct.name);
        if (base === undefined) continue;
        const list = derived.get(base.name);
        if (list === undefined) derived.set(base.name, [struct]);
        else list.push(struct);
      }
    }
  }
  return derived;
}

const HELD_ELSEWHERE = new WeakMap<FunctionBody, readonly string[]>();

/** Structs that the function takes out of a `void *` (module state, capsules, thread-specific data) or gives to a binding library. */
function heldElsewhere(body: FunctionBody): readonly string[] {
  const known = HELD_ELSEWHERE.get(body);
  if (known !== undefined) return known;
  const out = new Set<string>();
  const bind = (name: string): void => {
    const bound = name.includes('<') ? boundClass(name) : null;
    if (bound !== null) out.add(bound);
  };
  for (const { type } of body.locals) bind(type.base);
  for (const { op } of body.steps) {
    if (op.kind === 'call' && op.callee.name !== null) bind(op.callee.name);
    if (op.kind !== 'store' || op.place.kind !== 'local' || op.value.kind !== 'result') continue;
    const made = body.steps[op.value.step]?.op;
    const type = body.locals[op.place.local]?.type;
    if (made?.kind !== 'call' || type === undefined || type.pointers !== 1) continue;
    if (made.callee.name !== null && /state|Capsule|alloc|Alloc|_New$|getspecific/i.test(made.callee.name))
      out.add(type.base);
  }
  const list = [...out];
  HELD_ELSEWHERE.set(body, list);
  return list;
}
