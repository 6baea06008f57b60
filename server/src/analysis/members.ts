/**
 * Functions behind struct members: `ops->read(…)` runs one of the functions that the extension puts into a member of that name.
 * Such a function is called from where the member is called, with the locks held there, and is no callback of strangers.
 */
import { outlineOf } from './outline.ts';
import type { Linker } from './program.ts';

/** A member with more functions than this says nothing about which one runs. */
const MAX_TARGETS = 24;
/** Slots of types and modules: Python calls them. */
export const SLOT_NAME = /^(?:tp|nb|sq|mp|bf|am|m|mod)_[a-z]/;

export interface MemberFunctions {
  /** Numbers of functions by the member that holds them, for members that the extension calls itself. */
  readonly targets: ReadonlyMap<string, readonly number[]>;
}

export function memberFunctions(linker: Linker): MemberFunctions {
  const called = new Set<string>();
  for (const fn of linker.functions) {
    for (const call of outlineOf(fn.function.body).calls) {
      if (call.throughPointer && !SLOT_NAME.test(call.name)) called.add(call.name);
    }
  }
  const found = new Map<string, Set<number>>();
  const add = (file: string, member: string | null, name: string | null): void => {
    if (member === null || name === null || !called.has(member)) return;
    const target = linker.symbols.resolve(file, name);
    if (target === undefined) return;
    const set = found.get(member);
    if (set === undefined) found.set(member, new Set([target]));
    else set.add(target);
  };
  for (const fn of linker.functions) {
    for (const { field, name } of outlineOf(fn.function.body).givenAway) add(fn.unit.file, field, name);
  }
  for (const unit of linker.units) {
    for (const table of unit.tables) {
      if (table.kind !== 'callbacks' || table.build?.only === 'gil') continue;
      for (const entry of table.entries) add(unit.file, entry.slot, entry.target);
    }
  }
  const targets = new Map<string, readonly number[]>();
  for (const [member, functions] of found) if (functions.size <= MAX_TARGETS) targets.set(member, [...functions]);
  return { targets };
}
