/** C types and declarators as far as names go. */
import type { CType } from './model.ts';
import type { Source } from './node.ts';

const plain = { pointers: 0, array: false, const: false, atomic: false, volatile: false, callable: false };

export function namedType(base: string, pointers = 0): CType {
  return { ...plain, base, pointers };
}

export const UNKNOWN_TYPE: CType = namedType('?');
export const INT: CType = namedType('int');
export const CHAR_POINTER: CType = namedType('char', 1);

/** What the pointer or array points to. */
export function pointee(type: CType): CType {
  if (type.array) return { ...type, array: false };
  if (type.pointers > 0) return { ...plain, base: type.base, pointers: type.pointers - 1 };
  return type.base === '?' || type.callable ? type : { ...plain, base: type.base };
}

export function pointerTo(type: CType): CType {
  return { ...plain, base: type.base, pointers: type.pointers + 1 };
}

/** `static const unsigned long` and the like, before any declarator. */
export interface Specifiers {
  readonly type: CType;
  /** The node in the `type` field, or -1. */
  readonly typeNode: number;
  readonly isStatic: boolean;
  readonly isExtern: boolean;
  readonly isTypedef: boolean;
  readonly threadLocal: boolean;
}

const THREAD_LOCAL = new Set(['thread_local', '_Thread_local', '__thread', '__declspec(thread)']);

export function readSpecifiers(source: Source, node: number): Specifiers {
  let isStatic = false;
  let isExtern = false;
  let threadLocal = false;
  let isConst = false;
  let volatile = false;
  let atomic = false;
  let typeNode = -1;
  let declared = -1;
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    const kind = source.kind(child);
    const field = source.fieldName(child);
    if (field === 'type') {
      typeNode = child;
    } else if (field === 'declarator') {
      if (declared < 0) declared = child;
    } else if (kind === 'storage_class_specifier' || kind === 'ms_declspec_modifier') {
      const word = source.textOf(child).replaceAll(' ', '');
      if (word === 'static') isStatic = true;
      else if (word === 'extern') isExtern = true;
      else if (THREAD_LOCAL.has(word)) threadLocal = true;
    } else if (kind === 'type_qualifier') {
      const word = source.textOf(child);
      if (word === 'const' || word === 'constexpr') isConst = true;
      else if (word === 'volatile') volatile = true;
      else if (word === '_Atomic') atomic = true;
    }
  }
  if (declared >= 0 && saysThreadLocal(source, node, typeNode, declared)) threadLocal = true;
  const name = typeNode >= 0 ? typeName(source, typeNode) : '?';
  const type: CType = {
    base: name,
    pointers: 0,
    array: false,
    const: isConst,
    atomic: atomic || isAtomicName(name),
    volatile,
    callable: false,
  };
  const isTypedef = source.kind(node) === 'type_definition';
  return { type, typeNode, isStatic, isExtern, isTypedef, threadLocal };
}

/** Macros before the type's name or behind it; those inside of a struct's body say something of its members. */
function saysThreadLocal(source: Source, node: number, typeNode: number, declarator: number): boolean {
  const body = typeNode < 0 ? -1 : source.child(typeNode, 'body');
  return source.saysThreadLocal(node, body < 0 ? source.start(declarator) : source.start(body));
}

function isAtomicName(name: string): boolean {
  return name.startsWith('atomic_') || name.startsWith('std::atomic') || name.startsWith('atomic<');
}

/** The name of a type as the model wants it: no `struct`, no qualifiers, single spaces. */
function typeName(source: Source, node: number): string {
  switch (source.kind(node)) {
    case 'type_identifier':
    case 'primitive_type':
      return source.textOf(node);
    case 'struct_specifier':
    case 'union_specifier':
    case 'class_specifier':
    case 'enum_specifier': {
      const name = source.child(node, 'name');
      return name >= 0 ? source.textOf(name) : anonymousName(source, node);
    }
    case 'template_type':
      return templateName(source, node);
    case 'macro_type_specifier': {
      // `Py_LOCAL_INLINE(int)`, `PyAPI_FUNC(PyObject *)`: the argument is the type.
      const inner = source.childOfKind(node, 'type_descriptor');
      return inner >= 0 ? readSpecifiers(source, inner).type.base : '?';
    }
    case 'type_descriptor':
      return readSpecifiers(source, node).type.base;
    default: {
      const text = source.textOf(node);
      return /^\w+$/.test(text) ? text : text.replaceAll(/\s+/g, ' ').trim();
    }
  }
}

function templateName(source: Source, node: number): string {
  // Smart pointers and atomics keep their argument, so that `std::atomic<int>` is seen as atomic; the rest is its name.
  return source.textOf(node).replaceAll(/\s+/g, ' ');
}

/** Structs without a tag are named by where they stand, until a typedef gives them a name. */
export function anonymousName(source: Source, node: number): string {
  return `(anonymous ${source.start(node)})`;
}

export interface Declarator {
  readonly name: string;
  /** The identifier's node, or -1 (abstract). */
  readonly nameNode: number;
  readonly type: CType;
  /** A function, not a pointer to one: `type` is what it returns. */
  readonly isFunction: boolean;
  /** The `parameter_list` of a function. */
  readonly parameters: number;
  /** C++ `T &x`: `type` has one pointer more than written. */
  readonly reference: boolean;
  /** C++: a method that promises not to change its object: `int size() const`. */
  readonly constMethod: boolean;
}

/** Reads a declarator against its specifiers' type. `node` may be -1 (nothing declared) or an `init_declarator`. */
export function readDeclarator(source: Source, node: number, base: CType): Declarator {
  let pointers = base.pointers;
  let array = false;
  let pointerConst = false;
  let pointerAtomic = false;
  let callable = false;
  let isFunction = false;
  let parameters = -1;
  let reference = false;
  let constMethod = false;
  let current = node;
  let name = '';
  let nameNode = -1;
  while (current >= 0) {
    const kind = source.kind(current);
    if (kind === 'init_declarator' || kind === 'attributed_declarator' || kind === 'parenthesized_declarator') {
      current = innerDeclarator(source, current);
    } else if (kind === 'pointer_declarator' || kind === 'abstract_pointer_declarator') {
      if (!isFunction || !callable) pointers++;
      pointerConst = false;
      pointerAtomic = false;
      for (let child = source.first(current); child >= 0; child = source.next(child)) {
        if (source.kind(child) !== 'type_qualifier') continue;
        if (source.textOf(child) === 'const') pointerConst = true;
        else if (source.textOf(child) === '_Atomic') pointerAtomic = true;
      }
      if (parameters >= 0 && isFunction) {
        // `(*name)(…)`: what looked like a function is a pointer to one.
        isFunction = false;
        callable = true;
        pointers = 0;
      }
      current = innerDeclarator(source, current);
    } else if (kind === 'reference_declarator' || kind === 'abstract_reference_declarator') {
      reference = true;
      pointers++;
      current = innerDeclarator(source, current);
    } else if (kind === 'array_declarator' || kind === 'abstract_array_declarator') {
      array = true;
      current = innerDeclarator(source, current);
    } else if (kind === 'function_declarator' || kind === 'abstract_function_declarator') {
      if (parameters < 0 || !callable) parameters = source.child(current, 'parameters');
      if (!callable) isFunction = true;
      constMethod = constMethod || isConstMethod(source, current);
      current = innerDeclarator(source, current);
    } else {
      nameNode = current;
      name = source.textOf(current);
      break;
    }
  }
  const type: CType = {
    base: callable ? '?' : base.base,
    pointers,
    array: array && !isFunction,
    const: pointers > 0 || callable ? pointerConst : base.const,
    atomic: base.atomic || pointerAtomic,
    volatile: base.volatile,
    callable,
  };
  return { name, nameNode, type, isFunction, parameters, reference, constMethod: constMethod && isFunction };
}

/** `(int x) const`: the qualifier stands behind the parameters. */
function isConstMethod(source: Source, declarator: number): boolean {
  const qualifier = source.childOfKind(declarator, 'type_qualifier');
  return qualifier >= 0 && source.textOf(qualifier) === 'const';
}

function innerDeclarator(source: Source, node: number): number {
  const inner = source.child(node, 'declarator');
  if (inner >= 0) return inner;
  for (const child of source.named(node)) {
    const kind = source.kind(child);
    if (kind.endsWith('declarator') || kind.endsWith('identifier') || kind.endsWith('_name')) return child;
  }
  return -1;
}

/** A `type_descriptor` (cast, sizeof, `va_arg`) as a type. */
export function readTypeDescriptor(source: Source, node: number): CType {
  if (node < 0) return UNKNOWN_TYPE;
  if (source.kind(node) !== 'type_descriptor') return { ...plain, base: typeName(source, node) };
  const { type } = readSpecifiers(source, node);
  return readDeclarator(source, source.child(node, 'declarator'), type).type;
}
