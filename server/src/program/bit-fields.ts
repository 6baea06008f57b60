/** Bit-fields that share a machine word: storing one of them stores the others too, with the values read before. */
import type { StructField } from './model.ts';

/** Names of the other bit-fields in the word of the named one; none where it is no bit-field. */
export function bitFieldsBeside(fields: readonly StructField[], name: string): readonly string[] {
  const at = fields.findIndex(field => field.name === name && field.bits !== undefined);
  if (at < 0) return [];
  let first = at;
  while (fields[first - 1]?.bits !== undefined) first--;
  let last = at;
  while (fields[last + 1]?.bits !== undefined) last++;
  return fields
    .slice(first, last + 1)
    .map(field => field.name)
    .filter(other => other !== name);
}
