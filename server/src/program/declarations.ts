/** What a top-level item declares: one walk over its outer structure, never into function bodies. */
import type { MacroUse, PlacedItem } from '../syntax/model.ts';
import { initializerKind } from './globals.ts';
import { type GuardHalf, guardHalf } from './guard-types.ts';
import { isRunByLoader } from './loader.ts';
import type { MemberMacro } from './members.ts';
import type { GlobalVariable, Prototype, ReferenceType, StructType, Table, Typedef } from './model.ts';
import { Source } from './node.ts';
import { referenceType } from './reference-types.ts';
import { isStruct, readStruct } from './structs.ts';
import { readTable } from './tables.ts';
import { type Declarator, readDeclarator, readSpecifiers, type Specifiers } from './types.ts';

/** A function definition found in an item. */
export interface FoundFunction {
  readonly node: number;
  readonly name: string;
  readonly qualifiedName: string;
  readonly ofClass: string | null;
  readonly specifiers: Specifiers;
  readonly declarator: Declarator;
}

/** Offsets are relative to the item, so that an unchanged item keeps its outline wherever it moves. */
export interface Outline {
  readonly source: Source;
  readonly functions: readonly FoundFunction[];
  readonly structs: readonly StructType[];
  readonly typedefs: readonly Typedef[];
  readonly globals: readonly GlobalVariable[];
  readonly prototypes: readonly Prototype[];
  readonly enumerators: readonly (readonly [string, number | null])[];
  readonly tables: readonly Table[];
  readonly guards: readonly GuardHalf[];
  readonly references: readonly ReferenceType[];
  readonly memberMacros: readonly MemberMacro[];
}

interface Draft {
  readonly source: Source;
  readonly functions: FoundFunction[];
  readonly structs: StructType[];
  readonly typedefs: Typedef[];
  readonly globals: GlobalVariable[];
  readonly prototypes: Prototype[];
  readonly enumerators: [string, number | null][];
  readonly tables: Table[];
  readonly guards: GuardHalf[];
  readonly references: ReferenceType[];
  readonly memberMacros: MemberMacro[];
}

interface Scope {
  /** `ns::Class::` */
  readonly prefix: string;
  readonly ofClass: string | null;
}

const outlines = new WeakMap<object, Outline>();

/** Cached by the item's tree. `usesOf`: the macros that the lens rewrote in the item, by offset in the item. */
export function outlineOf(item: PlacedItem, usesOf: (item: PlacedItem) => ReadonlyMap<number, MacroUse>): Outline {
  let outline = outlines.get(item.tree);
  if (!outline) {
    outline = readOutline(new Source(item, usesOf(item)), item.scope);
    outlines.set(item.tree, outline);
  }
  return outline;
}

function readOutline(source: Source, namespaces: readonly string[]): Outline {
  const draft: Draft = {
    source,
    functions: [],
    structs: [],
    typedefs: [],
    globals: [],
    prototypes: [],
    enumerators: [],
    tables: [],
    guards: [],
    references: [],
    memberMacros: [],
  };
  readContainers(draft, namespaces.map(name => `${name}::`).join(''));
  return withoutRoom(draft);
}

const NONE: readonly never[] = [];

/** There are as many outlines as items, and they last: empty lists are one, and the others keep no room for growing. */
function withoutRoom(draft: Draft): Outline {
  const kept = <T>(list: readonly T[]): readonly T[] => (list.length === 0 ? NONE : list.slice());
  return {
    source: draft.source,
    functions: kept(draft.functions),
    structs: kept(draft.structs),
    typedefs: kept(draft.typedefs),
    globals: kept(draft.globals),
    prototypes: kept(draft.prototypes),
    enumerators: kept(draft.enumerators),
    tables: kept(draft.tables),
    guards: kept(draft.guards),
    references: kept(draft.references),
    memberMacros: kept(draft.memberMacros),
  };
}

/** Items may be containers (`extern "C" {`, namespaces, `#if` left standing): a work list instead of recursion. */
function readContainers(draft: Draft, prefix: string): void {
  const { source } = draft;
  const todo: { node: number; scope: Scope }[] = [{ node: 0, scope: { prefix, ofClass: null } }];
  for (let entry = todo.pop(); entry; entry = todo.pop()) {
    const { node, scope } = entry;
    const inside = enter(draft, node, scope);
    if (!inside) continue;
    const children: { node: number; scope: Scope }[] = [];
    for (let child = source.first(node); child >= 0; child = source.next(child)) {
      if (source.isNamed(child)) children.push({ node: child, scope: inside });
    }
    todo.push(...children.reverse());
  }
}

/** Reads the node; the scope of its children when those are top-level too. */
function enter(draft: Draft, node: number, scope: Scope): Scope | null {
  const { source } = draft;
  switch (source.kind(node)) {
    case 'function_definition':
    case 'inline_method_definition':
    case 'constructor_or_destructor_definition':
      readFunction(draft, node, scope);
      return null;
    case 'declaration':
    case 'field_declaration':
    case 'type_definition':
      return readDeclaration(draft, node, scope);
    case 'alias_declaration':
      readAlias(draft, node);
      return null;
    case 'struct_specifier':
    case 'union_specifier':
    case 'class_specifier':
      return readClass(draft, node, scope, null);
    case 'enum_specifier':
      readEnum(draft, node);
      return null;
    case 'namespace_definition': {
      const name = source.child(node, 'name');
      return name < 0 ? scope : { prefix: `${scope.prefix}${source.textOf(name)}::`, ofClass: null };
    }
    case 'linkage_specification':
    case 'declaration_list':
    case 'field_declaration_list':
    case 'template_declaration':
    case 'preproc_if':
    case 'preproc_ifdef':
    case 'preproc_else':
    case 'preproc_elif':
    case 'preproc_elifdef':
    case 'translation_unit':
    case 'ERROR':
      return scope;
    default:
      return null;
  }
}

function readFunction(draft: Draft, node: number, scope: Scope): void {
  const { source } = draft;
  const specifiers = readSpecifiers(source, node);
  const declarator = readDeclarator(source, source.child(node, 'declarator'), specifiers.type);
  if (declarator.nameNode < 0) return;
  // A template's methods are known by the class alone: `Base<T>::size` is `Base::size`.
  const written = declarator.name.replaceAll(/\s+/g, '').replaceAll(/<[^<>()]*(?:<[^<>()]*>[^<>()]*)*>(?=::)/g, '');
  const qualifiedName = scope.prefix + written;
  const owner = written.includes('::') ? scope.prefix + written.slice(0, written.lastIndexOf('::')) : scope.ofClass;
  // `ns::helper` defined outside its namespace is no method; a class is known by its definition or by a capital.
  const ofClass = specifiers.isStatic && !written.includes('::') && scope.ofClass !== null ? null : owner;
  const name = qualifiedName.slice(qualifiedName.includes('::') ? qualifiedName.lastIndexOf('::') + 2 : 0);
  draft.functions.push({ node, name, qualifiedName, ofClass, specifiers, declarator });
  addPrototype(draft, node, qualifiedName, name, declarator, ofClass);
  const half = ofClass === null ? null : guardHalf(source, node, declarator.parameters, ofClass, name);
  if (half) draft.guards.push(half);
  const reference = ofClass === null ? null : referenceType(source, node, ofClass, name);
  if (reference) draft.references.push(reference);
}

function addPrototype(
  draft: Draft,
  node: number,
  qualified: string,
  name: string,
  declarator: Declarator,
  ofClass: string | null,
): void {
  const prototype = {
    returnType: declarator.type,
    ...(ofClass === null ? {} : { ofClass }),
    ...(declarator.constMethod ? ({ constMethod: true } as const) : {}),
    ...(isRunByLoader(draft.source, node) ? ({ runByLoader: true } as const) : {}),
  };
  draft.prototypes.push({ name: qualified, ...prototype });
  if (qualified !== name && ofClass === null) draft.prototypes.push({ name, ...prototype });
}

function readClass(draft: Draft, node: number, scope: Scope, alias: string | null): Scope | null {
  const { source } = draft;
  const name = readStruct(
    {
      source,
      offset: 0,
      scope: scope.prefix,
      add: struct => draft.structs.push(struct),
      addMacro: macro => draft.memberMacros.push(macro),
    },
    node,
    alias,
  );
  return name === null ? null : { prefix: `${name}::`, ofClass: name };
}

function readDeclaration(draft: Draft, node: number, scope: Scope): Scope | null {
  const { source } = draft;
  const specifiers = readSpecifiers(source, node);
  let { type } = specifiers;
  let inside: Scope | null = null;
  const { typeNode } = specifiers;
  if (typeNode >= 0 && isStruct(source.kind(typeNode))) {
    const first = source.child(node, 'declarator');
    const plainName = specifiers.isTypedef && first >= 0 && source.kind(first) === 'type_identifier';
    const untagged = source.child(typeNode, 'name') < 0;
    const alias = plainName
      ? scope.prefix + source.textOf(first)
      : untagged && first >= 0
        ? nameAfter(source, first)
        : null;
    inside = readClass(draft, typeNode, scope, source.child(typeNode, 'body') >= 0 ? alias : null);
    if (inside?.ofClass) type = { ...type, base: inside.ofClass };
  } else if (typeNode >= 0 && source.kind(typeNode) === 'enum_specifier') {
    readEnum(draft, typeNode);
  }
  if (source.kind(node) === 'field_declaration' && !specifiers.isStatic) readMethods(draft, node, type, scope);
  else readDeclarators(draft, node, { ...specifiers, type }, specifiers.isStatic ? { ...scope, ofClass: null } : scope);
  // Only C++ classes have functions inside.
  if (inside && typeNode >= 0) visitMembers(draft, source.child(typeNode, 'body'), inside);
  return null;
}

function visitMembers(draft: Draft, body: number, scope: Scope): void {
  if (body < 0) return;
  for (const child of draft.source.named(body)) {
    const kind = draft.source.kind(child);
    if (kind === 'function_definition') readFunction(draft, child, scope);
    else if (kind === 'alias_declaration') readAlias(draft, child);
    else if (kind === 'type_definition') readDeclaration(draft, child, scope);
    else if (kind === 'field_declaration' || kind === 'declaration') {
      const specifiers = readSpecifiers(draft.source, child);
      // Static members are variables and functions of the namespace that the class is.
      if (specifiers.isStatic) readDeclarators(draft, child, specifiers, { ...scope, ofClass: null });
      else readMethods(draft, child, specifiers.type, scope);
    }
  }
}

/** Prototypes of methods declared in a class. */
function readMethods(draft: Draft, node: number, type: Specifiers['type'], scope: Scope): void {
  const { source } = draft;
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.fieldName(child) !== 'declarator') continue;
    const declarator = readDeclarator(source, child, type);
    if (declarator.isFunction && declarator.name !== '')
      addPrototype(draft, node, scope.prefix + declarator.name, declarator.name, declarator, scope.ofClass);
  }
}

/** `static struct { … } cache;`: the struct is named after the variable. */
function nameAfter(source: Source, declarator: number): string {
  const { name } = readDeclarator(source, declarator, { ...readSpecifiers(source, declarator).type });
  return `struct ${name}`;
}

function readDeclarators(draft: Draft, node: number, specifiers: Specifiers, scope: Scope): void {
  const { source } = draft;
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.fieldName(child) !== 'declarator') continue;
    const declarator = readDeclarator(source, child, specifiers.type);
    if (declarator.nameNode < 0) continue;
    const name = scope.prefix + declarator.name;
    if (specifiers.isTypedef) {
      const type = declarator.isFunction ? { ...declarator.type, callable: true } : declarator.type;
      if (type.base !== name || type.pointers > 0) draft.typedefs.push({ name: declarator.name, type });
    } else if (declarator.isFunction) {
      addPrototype(draft, node, name, declarator.name, declarator, scope.ofClass);
    } else {
      readGlobal(draft, child, name, specifiers, declarator);
    }
  }
}

function readGlobal(draft: Draft, node: number, name: string, specifiers: Specifiers, declarator: Declarator): void {
  const { source } = draft;
  const value = source.kind(node) === 'init_declarator' ? source.child(node, 'value') : -1;
  const start = source.start(declarator.nameNode);
  draft.globals.push({
    name,
    type: declarator.type,
    span: { start, end: source.end(declarator.nameNode) },
    storage: specifiers.isStatic ? 'static' : specifiers.isExtern && value < 0 ? 'extern' : 'external-definition',
    threadLocal: specifiers.threadLocal,
    inFunction: null,
    initializer: initializerKind(source, value),
  });
  const table = readTable(source, name, declarator.type, value);
  if (table) draft.tables.push(table);
}

function readAlias(draft: Draft, node: number): void {
  const { source } = draft;
  const name = source.child(node, 'name');
  const target = source.child(node, 'type');
  if (name < 0 || target < 0) return;
  const { type } = readSpecifiers(source, target);
  draft.typedefs.push({
    name: source.textOf(name),
    type: readDeclarator(source, source.child(target, 'declarator'), type).type,
  });
}

function readEnum(draft: Draft, node: number): void {
  const { source } = draft;
  const body = source.child(node, 'body');
  if (body < 0) return;
  let next: number | null = 0;
  for (const child of source.named(body)) {
    if (source.kind(child) !== 'enumerator') continue;
    const value = source.child(child, 'value');
    if (value >= 0) {
      const number = Number(source.textOf(value).replace(/[uUlL]+$/, ''));
      next = Number.isInteger(number) ? number : null;
    }
    draft.enumerators.push([source.textOf(source.child(child, 'name')), next]);
    if (next !== null) next++;
  }
}
