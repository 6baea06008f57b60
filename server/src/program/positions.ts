/** Which member a value without a designator fills: C counts them in the order of the struct's declaration. */
import type { Environment } from './environment.ts';
import type { CType, Spot, StructField } from './model.ts';
import { pointee } from './types.ts';

/** The member that stands at the end of the path through an initialiser of this type. Null when that can't be told. */
export function memberAt(type: CType, path: readonly Spot[], env: Environment): string | null {
  let at = env.resolve(type);
  let member: StructField | null = null;
  for (const spot of path) {
    if (at.array) {
      at = env.resolve(pointee(at));
      member = null;
      continue;
    }
    member = at.pointers > 0 || at.callable ? null : fieldAt(at, spot, env);
    if (member === null) return null;
    at = env.resolve(member.type);
  }
  return member?.name ?? null;
}

function fieldAt(type: CType, { after, ahead }: Spot, env: Environment): StructField | null {
  const fields = env.struct(type.base)?.fields ?? [];
  const start = after === null ? 0 : fields.findIndex(field => field.name === after);
  if (start < 0) return null;
  // Braces around a member that is itself a struct or an array may be left out: what follows can't be counted then.
  const passed = fields.slice(start, start + ahead);
  return passed.some(field => isAggregate(field.type, env)) ? null : (fields[start + ahead] ?? null);
}

function isAggregate(type: CType, env: Environment): boolean {
  const resolved = env.resolve(type);
  if (resolved.array) return resolved.base !== 'char';
  return resolved.pointers === 0 && !resolved.callable && env.struct(resolved.base) !== undefined;
}
