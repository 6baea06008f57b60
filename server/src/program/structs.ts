/** Struct, union and class definitions with their fields. */

import type { MemberMacro } from './members.ts';
import type { CType, Span, StructField, StructType } from './model.ts';
import type { Source } from './node.ts';
import { anonymousName, namedType, readDeclarator, readSpecifiers } from './types.ts';

const HEAD: StructField = {
  name: 'ob_base',
  type: namedType('PyObject'),
  span: { start: 0, end: 0 },
};

const OBJECT_HEAD = /^_?Py\w*_(?:VAR_)?HEAD(?:_EXTRA)?\b/;

export interface StructReader {
  readonly source: Source;
  /** Added to every span: where the item stands. */
  readonly offset: number;
  readonly add: (struct: StructType) => void;
  readonly addMacro: (macro: MemberMacro) => void;
  /** `ns::` and `Class::` around. */
  readonly scope: string;
}

/** Reads a `struct_specifier` (union, class) with a body; nested ones are added too. Returns its name. */
export function readStruct(reader: StructReader, node: number, alias: string | null): string | null {
  const { source } = reader;
  const body = source.child(node, 'body');
  if (body < 0 || !isStruct(source.kind(node))) return null;
  const tagNode = source.child(node, 'name');
  const tag = tagNode < 0 ? null : reader.scope + source.textOf(tagNode);
  const name = alias ?? tag ?? anonymousName(source, node);
  const fields: StructField[] = [];
  // The lens takes `PyObject_HEAD` out, because it is no member that the grammar reads.
  const uses = source.usesIn(body);
  const state = { isObject: uses.some(use => OBJECT_HEAD.test(use.name)) };
  for (const use of uses) {
    if (OBJECT_HEAD.test(use.name)) continue;
    const called = use.span.end - use.span.start > use.name.length;
    const args = called ? use.args.map(arg => source.written(arg)) : null;
    reader.addMacro({ struct: name, name: use.name, args, span: use.span });
  }
  if (state.isObject) fields.push({ ...HEAD, span: spanOf(reader, body) });
  readFields({ ...reader, scope: `${name}::` }, body, fields, state, name);
  reader.add({
    name,
    aliases: alias !== null && tag !== null && tag !== alias ? [tag] : [],
    fields,
    isObject: state.isObject,
    bases: basesOf(source, node),
    span: spanOf(reader, node),
  });
  return name;
}

export function isStruct(kind: string): boolean {
  return kind === 'struct_specifier' || kind === 'union_specifier' || kind === 'class_specifier';
}

function basesOf(source: Source, node: number): string[] {
  const clause = source.childOfKind(node, 'base_class_clause');
  if (clause < 0) return [];
  return source
    .named(clause)
    .filter(child => /^(?:type_identifier|qualified_identifier|template_type)$/.test(source.kind(child)))
    .map(child => source.textOf(child));
}

function spanOf(reader: StructReader, node: number): Span {
  return { start: reader.source.start(node) + reader.offset, end: reader.source.end(node) + reader.offset };
}

interface ObjectState {
  isObject: boolean;
}

function readFields(
  reader: StructReader,
  body: number,
  fields: StructField[],
  state: ObjectState,
  owner: string,
): void {
  const { source } = reader;
  for (const child of source.named(body)) {
    const kind = source.kind(child);
    if (kind === 'field_declaration' || kind === 'declaration') readField(reader, child, fields, state, owner);
    else if (kind.startsWith('preproc_')) readFields(reader, child, fields, state, owner);
    else if (isStruct(kind)) readStruct(reader, child, null);
  }
}

function readField(reader: StructReader, node: number, fields: StructField[], state: ObjectState, owner: string): void {
  const { source } = reader;
  const text = source.textOf(node);
  if (OBJECT_HEAD.test(text)) {
    state.isObject = true;
    if (fields.length === 0) fields.push({ ...HEAD, span: spanOf(reader, node) });
    return;
  }
  const specifiers = readSpecifiers(source, node);
  if (specifiers.isStatic) return;
  let { type } = specifiers;
  let declared = 0;
  const inner = specifiers.typeNode;
  const nested = inner >= 0 && isStruct(source.kind(inner)) && source.child(inner, 'body') >= 0;
  const bits = bitsOf(source, node);
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    // `operator T *()` converts.
    if (source.fieldName(child) !== 'declarator' || source.kind(child) === 'operator_cast') continue;
    declared++;
    const before = readDeclarator(source, child, type);
    // A struct written in place is named after its first field.
    if (nested && declared === 1) {
      const tag = source.child(inner, 'name') < 0 ? `${owner}.${before.name}` : null;
      type = { ...type, base: readStruct({ ...reader, scope: '' }, inner, tag) ?? type.base };
    }
    const declarator = readDeclarator(source, child, type);
    if (declarator.isFunction || declarator.name === '') continue;
    const field = { name: declarator.name, type: declarator.type, span: spanOf(reader, child) };
    fields.push(bits === null ? field : { ...field, bits });
    if (fields.length === 1 && startsObject(declarator.type)) state.isObject = true;
  }
  // Anonymous members: their fields are the owner's.
  if (nested && declared === 0 && source.child(inner, 'name') < 0) {
    readFields(reader, source.child(inner, 'body'), fields, state, owner);
  } else if (nested && declared === 0) readStruct(reader, inner, null);
}

function startsObject(type: CType): boolean {
  return type.pointers === 0 && !type.array && /^_?Py\w*Object$/.test(type.base);
}

function bitsOf(source: Source, node: number): number | null {
  const clause = source.childOfKind(node, 'bitfield_clause');
  if (clause < 0) return null;
  const width = Number(source.textOf(clause).replace(':', '').trim());
  return Number.isInteger(width) ? width : 1;
}
