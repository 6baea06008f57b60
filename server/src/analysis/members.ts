/**
 * Functions behind struct members: `ops->read(…)` runs one of the functions that the extension puts into a member of that name.
 * Such a function is called from where the member is called, with the locks held there, and is no callback of strangers.
 */
import type { FunctionBody } from '../program/model.ts';
import { outlineOf } from './outline.ts';
import type { Linker } from './program.ts';

/** A member with more functions than this says nothing about which one runs. */
const MAX_TARGETS = 24;

/** Members of one name in several structs hold functions of different kinds: `data->free(data)`, `pool->free(pool, data)`. */
export function takes({ parameters, ofClass }: FunctionBody, count: number): boolean {
  return parameters === count || parameters === 0 || ofClass !== undefined;
}

/** Slots of types and modules: Python calls them. */
export const SLOT_NAME = /^(?:tp|nb|sq|mp|bf|am|m|mod)_[a-z]/;

const FREES = /^(?:\w*_)?(?:free|dealloc|deallocate|destroy|destructor|dtor|delete)$/;

/** The member holds a function that is given nothing but memory that its owner gives up: `data->free(data)`. */
export function givesUp(member: string, parameters: number): boolean {
  return parameters === 1 && FREES.test(member);
}

export interface MemberFunctions {
  /** Numbers of functions by the member that holds them, for members that the extension calls itself. */
  readonly targets: ReadonlyMap<string, readonly number[]>;
}

export function memberFunctions(linker: Linker): MemberFunctions {
  /** With how many arguments members are called. */
  const called = new Map<string, Set<number>>();
  for (const fn of linker.functions) {
    for (const { throughPointer, name, passes } of outlineOf(fn.function.body).calls) {
      if (!throughPointer || SLOT_NAME.test(name)) continue;
      const counts = called.get(name);
      if (counts === undefined) called.set(name, new Set([passes]));
      else counts.add(passes);
    }
  }
  const found = new Map<string, Set<number>>();
  const add = (file: string, member: string | null, name: string | null): void => {
    const counts = member === null ? undefined : called.get(member);
    if (member === null || name === null || counts === undefined) return;
    const target = linker.symbols.resolve(file, name);
    if (target === undefined) return;
    const { body } = linker.functions[target]!.function;
    if (![...counts].some(count => takes(body, count))) return;
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
