/** C types as far as the model tells values apart. */
import type { CType } from '../../program/model.ts';
import type { Names } from './model.ts';

export type TypeKind = 'object' | 'pointer' | 'number' | 'struct' | 'function' | 'unknown';

export const OBJECT_POINTER: CType = {
  base: 'PyObject',
  pointers: 1,
  array: false,
  const: false,
  atomic: false,
  volatile: false,
  callable: false,
};
export const NUMBER: CType = { ...OBJECT_POINTER, base: 'long', pointers: 0 };
export const BYTES: CType = { ...NUMBER, base: 'char' };

const CPYTHON_OBJECT = /^Py(?:\w*Object|\w*Dict|List|Tuple)$/;
const HANDLE = /^(?:PyThread_type_lock|HANDLE)$/;

export function kindOfType(type: CType | null, names: Names): TypeKind {
  if (type === null || type.base === '?') return 'unknown';
  if (type.callable) return 'function';
  if (type.array) return 'struct';
  if (type.pointers === 1 && isObjectType(type.base, names)) return 'object';
  if (type.pointers > 0 || HANDLE.test(type.base)) return 'pointer';
  return names.isStruct(type.base) ? 'struct' : 'number';
}

function isObjectType(base: string, names: Names): boolean {
  return CPYTHON_OBJECT.test(base) || names.isObject(base);
}

const ARITHMETIC =
  /^(?:(?:(?:un)?signed|char|short|int|long|float|double|bool|_Bool)(?: (?:char|short|int|long))*|u?int(?:ptr|max|_\w+)?\d*_t|ptrdiff_t|(?:s|Py_s)?size_t|(?:time|off|Py_hash)_t)$/;

/** A type of C's own whose values no processor tears; names of other types may stand for structs. */
export function isArithmetic({ base, pointers, array }: CType): boolean {
  return pointers === 0 && !array && ARITHMETIC.test(base);
}

/** What a pointer of the type leads to. */
export function pointee(type: CType | null): CType | null {
  if (type === null) return null;
  if (type.array) return { ...type, array: false };
  return type.pointers === 0 ? null : { ...type, pointers: type.pointers - 1, const: false, atomic: false };
}
