/** Calls that ask a container for something and calls that change it, by the argument that holds the key. */

/** Look-ups that tell whether a key is there, or what is stored under it: index of the key argument. */
const LOOKUPS: Readonly<Record<string, number>> = {
  PyDict_Contains: 1,
  PyDict_ContainsString: 1,
  PyDict_GetItem: 1,
  PyDict_GetItemWithError: 1,
  PyDict_GetItemString: 1,
  PyDict_GetItemRef: 1,
  PyDict_GetItemStringRef: 1,
  _PyDict_GetItem_KnownHash: 1,
  _PyDict_GetItemStringWithError: 1,
  PyMapping_HasKey: 1,
  PyMapping_HasKeyString: 1,
  PyMapping_HasKeyWithError: 1,
  PyMapping_HasKeyStringWithError: 1,
  PyMapping_GetItemString: 1,
  PyMapping_GetOptionalItem: 1,
  PyMapping_GetOptionalItemString: 1,
  PyObject_GetItem: 1,
  PySequence_Contains: 1,
  PySet_Contains: 1,
};

export interface ContainerChange {
  readonly name: string;
  readonly key: number;
  /** Index of the value that is stored; null for removals. */
  readonly value: number | null;
}

const CHANGES: readonly ContainerChange[] = [
  { name: 'PyDict_SetItem', key: 1, value: 2 },
  { name: 'PyDict_SetItemString', key: 1, value: 2 },
  { name: '_PyDict_SetItem_KnownHash', key: 1, value: 2 },
  { name: 'PyDict_DelItem', key: 1, value: null },
  { name: 'PyDict_DelItemString', key: 1, value: null },
  { name: 'PyMapping_SetItemString', key: 1, value: 2 },
  { name: 'PyMapping_DelItem', key: 1, value: null },
  { name: 'PyMapping_DelItemString', key: 1, value: null },
  { name: 'PyObject_SetItem', key: 1, value: 2 },
  { name: 'PyObject_DelItem', key: 1, value: null },
  { name: 'PyList_Append', key: 1, value: 1 },
];

/** Reads of a list's length, and changes at an index that was computed from it: index of that argument. */
const LENGTHS: ReadonlySet<string> = new Set([
  'PyList_Size',
  'PyList_GET_SIZE',
  'PySequence_Size',
  'PySequence_Length',
  'PyObject_Length',
  'PyObject_Size',
]);
const CHANGES_AT: readonly ContainerChange[] = [
  { name: 'PyList_SetSlice', key: 1, value: 3 },
  { name: 'PySequence_DelItem', key: 1, value: null },
  { name: 'PySequence_DelSlice', key: 1, value: null },
  { name: 'PySequence_SetSlice', key: 1, value: 3 },
];

export function containerChanges(): readonly ContainerChange[] {
  return CHANGES;
}

/** Calls that leave alone what the container has. */
export function addsMissing(name: string): boolean {
  return /^_?Py(?:Dict_SetDefault\w*|Set_Add)$/.test(name);
}

export function changesAtIndex(): readonly ContainerChange[] {
  return CHANGES_AT;
}

export function keyOfLookup(name: string): number | null {
  return Object.hasOwn(LOOKUPS, name) ? (LOOKUPS[name] ?? null) : null;
}

export function readsLength(name: string): boolean {
  return LENGTHS.has(name);
}

/** Fields of CPython's mutable containers that change under the container's lock. */
const INTERNALS: Readonly<Record<string, readonly string[]>> = {
  PyListObject: ['ob_item', 'allocated'],
  PyDictObject: ['ma_used', 'ma_keys', 'ma_values', 'ma_version_tag'],
  PySetObject: ['fill', 'used', 'mask', 'table', 'finger'],
  PyByteArrayObject: ['ob_alloc', 'ob_bytes', 'ob_start', 'ob_exports'],
};

/** All of them that Python code changes without being asked: what the lock is for. */
export const INTERNAL_FIELDS: readonly string[] = [...new Set(Object.values(INTERNALS).flat())];

/** The struct's kind of container, for CPython's own. */
export function containerOfStruct(struct: string): 'list' | 'dict' | 'set' | 'bytearray' | null {
  const kinds = {
    PyListObject: 'list',
    PyDictObject: 'dict',
    PySetObject: 'set',
    PyByteArrayObject: 'bytearray',
  } as const;
  return Object.hasOwn(kinds, struct) ? kinds[struct as keyof typeof kinds] : null;
}

export function isContainerInternal(struct: string, field: string): boolean {
  return Object.hasOwn(INTERNALS, struct) && INTERNALS[struct]?.includes(field) === true;
}
