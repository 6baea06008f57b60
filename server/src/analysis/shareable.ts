/**
 * Which structs more than one thread can get at: Python objects, and whatever can be reached from them, from globals or from
 * the user data of callbacks. A struct that only ever lives on the stack or in other such structs is left out.
 */
import type { FunctionBody, StructType, TranslationUnit } from '../program/model.ts';

export function shareableStructs(
  units: readonly Pick<TranslationUnit, 'structs' | 'globals'>[],
  bodies: readonly FunctionBody[],
  structNamed: (name: string) => StructType | undefined,
): ReadonlySet<string> {
  const shared = new Set<string>();
  const waiting: StructType[] = [];
  const add = (name: string): void => {
    const struct = structNamed(name);
    if (struct === undefined || shared.has(struct.name)) return;
    shared.add(struct.name);
    waiting.push(struct);
  };
  for (const unit of units) {
    for (const struct of unit.structs) if (struct.isObject) add(struct.name);
    for (const global of unit.globals) if (!global.type.const && !global.threadLocal) add(global.type.base);
  }
  // Memory of unknown fate: module state, capsules and callbacks pass through `void *`.
  for (const body of bodies) for (const name of stateStructs(body)) add(name);
  for (let struct = waiting.pop(); struct !== undefined; struct = waiting.pop()) {
    for (const field of struct.fields) add(field.type.base);
    for (const base of struct.bases) add(base);
  }
  return shared;
}

const STATE_STRUCTS = new WeakMap<FunctionBody, readonly string[]>();

/** Structs that the function takes out of a `void *`: module state, capsules, thread-specific data. */
function stateStructs(body: FunctionBody): readonly string[] {
  const known = STATE_STRUCTS.get(body);
  if (known !== undefined) return known;
  const out = new Set<string>();
  for (const { op } of body.steps) {
    if (op.kind !== 'store' || op.place.kind !== 'local' || op.value.kind !== 'result') continue;
    const made = body.steps[op.value.step]?.op;
    const type = body.locals[op.place.local]?.type;
    if (made?.kind !== 'call' || type === undefined || type.pointers !== 1) continue;
    if (made.callee.name !== null && /state|Capsule|alloc|Alloc|_New$|getspecific/i.test(made.callee.name))
      out.add(type.base);
  }
  const list = [...out];
  STATE_STRUCTS.set(body, list);
  return list;
}
