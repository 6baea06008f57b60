/** Which object a struct belongs to that is no object itself: a lock on that object guards the struct too. */
import type { Linker } from './program.ts';

/** Structs within structs that are followed. */
const MAX_DEPTH = 4;
const HOLDERS = new WeakMap<Linker, ReadonlyMap<string, ReadonlySet<string>>>();

/** The object that alone has such a struct in it or behind a pointer, through others of its kind; else the struct itself. */
export function objectHolding(linker: Linker, struct: string): string {
  const known = HOLDERS.get(linker) ?? holdersIn(linker);
  HOLDERS.set(linker, known);
  let at = struct;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (linker.struct(at)?.isObject !== false) return linker.struct(at)?.isObject === true ? at : struct;
    const [holder, another] = known.get(at) ?? [];
    if (holder === undefined || another !== undefined) return struct;
    at = holder;
  }
  return struct;
}

/** By struct, the others that have a field of its type. What only ever lives on a stack does not count. */
function holdersIn(linker: Linker): ReadonlyMap<string, ReadonlySet<string>> {
  const holders = new Map<string, Set<string>>();
  for (const unit of linker.units) {
    for (const holder of unit.structs) {
      if (!linker.isShareable(holder.name)) continue;
      for (const { type } of holder.fields) {
        const held = linker.struct(type.base);
        if (held === undefined || held.isObject || held.name === holder.name) continue;
        const list = holders.get(held.name);
        if (list === undefined) holders.set(held.name, new Set([holder.name]));
        else list.add(holder.name);
      }
    }
  }
  return holders;
}
