/** Structs of numbers that are counted and reported, and that nothing else comes of. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { isNumeric } from './globals.ts';

/** As many numbers make a record of statistics: one alone may be a size or an id. */
const FEWEST = 3;

/** The field belongs to a record of statistics within an object: all its fields are, so that nothing depends on this one. */
export function isStatistic(extension: Extension, { struct }: Access): boolean {
  const type = struct === null ? undefined : extension.linker.struct(struct);
  if (type === undefined || type.isObject || type.fields.length < FEWEST) return false;
  return type.fields.every(field => {
    if (!isNumeric(field.type) || field.type.pointers > 0 || field.type.array) return false;
    return extension.accesses.of(`${struct}.${field.name}`).every(isCountedOrReported);
  });
}

function isCountedOrReported({ kind, function: view, step }: Access): boolean {
  if (kind === 'write') return true;
  return view.usesOf(step).every(({ role }) => role === 'argument' && kind === 'read');
}
