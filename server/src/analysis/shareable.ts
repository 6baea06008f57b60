/**
 * Which structs more than one thread can get at: Python objects, and whatever can be reached from them, from globals or from
 * the user data of callbacks. A struct that only ever lives on the stack or in other such structs is left out.
 */
import type { FunctionUnit, StructType, TranslationUnit } from '../program/model.ts';

/** What is needed to know of an extension here. */
interface Structs {
  readonly units: readonly TranslationUnit[];
  readonly functions: readonly { readonly function: FunctionUnit }[];
  struct(name: string): StructType | undefined;
}

export function shareableStructs(linker: Structs): ReadonlySet<string> {
  const shared = new Set<string>();
  const waiting: StructType[] = [];
  const add = (name: string): void => {
    const struct = linker.struct(name);
    if (struct === undefined || shared.has(struct.name)) return;
    shared.add(struct.name);
    waiting.push(struct);
  };
  for (const unit of linker.units) {
    for (const struct of unit.structs) if (struct.isObject) add(struct.name);
    for (const global of unit.globals) if (!global.type.const && !global.threadLocal) add(global.type.base);
  }
  // Memory of unknown fate: module state, capsules and callbacks pass through `void *`.
  for (const name of stateStructs(linker)) add(name);
  for (let struct = waiting.pop(); struct !== undefined; struct = waiting.pop()) {
    for (const field of struct.fields) add(field.type.base);
    for (const base of struct.bases) add(base);
  }
  return shared;
}

/** Structs that some function takes out of a `void *`: module state, capsules, thread-specific data. */
function stateStructs(linker: Structs): string[] {
  const out = new Set<string>();
  for (const { function: fn } of linker.functions) {
    const { body } = fn;
    for (const step of body.steps) {
      const { op } = step;
      if (op.kind !== 'store' || op.place.kind !== 'local' || op.value.kind !== 'result') continue;
      const made = body.steps[op.value.step]?.op;
      const type = body.locals[op.place.local]?.type;
      if (made?.kind !== 'call' || type === undefined || type.pointers !== 1) continue;
      if (made.callee.name !== null && /state|Capsule|alloc|Alloc|_New$|getspecific/i.test(made.callee.name))
        out.add(type.base);
    }
  }
  return [...out];
}
