/** Struct members that stand behind macros (`FutureObj_HEAD(task)`), and which structs are Python objects. */
import type { Environment } from './environment.ts';
import { bindTexts, substitute } from './expansion.ts';
import { outlinesOf } from './fragments.ts';
import type { Span, StructField, StructType } from './model.ts';

/** A macro among the members of a struct, as the lens found it. */
export interface MemberMacro {
  readonly struct: string;
  readonly name: string;
  readonly args: readonly string[] | null;
  readonly span: Span;
}

/** Members that are macros themselves are followed this far. */
const MAX_DEPTH = 4;

/** `macros`: with spans like those of the structs. */
export function completeStructs(
  structs: readonly StructType[],
  macros: readonly MemberMacro[],
  env: Environment,
): StructType[] {
  const completed = structs.map(struct => {
    const own = macros.filter(macro => macro.struct === struct.name);
    return own.length > 0 ? withMembers(struct, own, env) : struct;
  });
  return markObjects(completed, env);
}

function withMembers(struct: StructType, macros: readonly MemberMacro[], env: Environment): StructType {
  const fields = [...struct.fields];
  let { isObject } = struct;
  for (const macro of macros) {
    const made = membersOf(macro, env, 0);
    if (!made) continue;
    isObject ||= made.isObject;
    const at = fields.findIndex(field => field.span.start > macro.span.start);
    const placed = made.fields.map(field => ({ ...field, span: macro.span }));
    fields.splice(at < 0 ? fields.length : at, 0, ...placed);
  }
  return { ...struct, fields, isObject };
}

function membersOf(
  macro: Pick<MemberMacro, 'name' | 'args'>,
  env: Environment,
  depth: number,
): { fields: readonly StructField[]; isObject: boolean } | null {
  const definition = env.macro(macro.name);
  if (!definition || !env.fragment || depth >= MAX_DEPTH) return null;
  const text = substitute(definition.body, bindTexts(definition, macro.args ?? []));
  for (const outline of outlinesOf(`struct members { ${text} };`, env.fragment)) {
    const struct = outline.structs.find(({ name }) => name === 'members');
    if (!struct) continue;
    const inner = outline.memberMacros.flatMap(({ name, args }) => membersOf({ name, args }, env, depth + 1) ?? []);
    return {
      fields: [...inner.flatMap(one => one.fields), ...struct.fields],
      isObject: struct.isObject || inner.some(one => one.isObject),
    };
  }
  return null;
}

/** A struct that begins with an object, or inherits from one (C++), is one. */
function markObjects(structs: readonly StructType[], env: Environment): StructType[] {
  const objects = new Set(structs.flatMap(struct => (struct.isObject ? namesOf(struct) : [])));
  const isObject = (type: string): boolean => {
    const bare = type.replace(/<[^]*$/, '');
    return /^_?Py\w*Object$/.test(bare) || objects.has(bare) || env.struct(bare)?.isObject === true;
  };
  let marked = [...structs];
  for (let grew = true; grew; ) {
    grew = false;
    marked = marked.map(struct => {
      if (struct.isObject || ![...struct.bases, ...firstMember(struct)].some(isObject)) return struct;
      grew = true;
      for (const name of namesOf(struct)) objects.add(name);
      return { ...struct, isObject: true };
    });
  }
  return marked;
}

/** C++: a name may be used without the namespaces around it. */
function namesOf({ name, aliases }: StructType): string[] {
  return [name, ...aliases].flatMap(one => [one, one.slice(one.lastIndexOf(':') + 1)]);
}

/** The type of the first member, unless that is only pointed to. */
function firstMember({ fields: [first] }: StructType): string[] {
  return first === undefined || first.type.pointers > 0 || first.type.array ? [] : [first.type.base];
}
