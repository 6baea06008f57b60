/** Which allocator a call belongs to: memory goes back to the allocator that it came from. From Doc/c-api/memory.rst. */

export type Domain = 'raw' | 'mem' | 'object' | 'libc' | 'gc';

const ALLOCATING: Readonly<Record<Domain, string>> = {
  libc: 'malloc calloc realloc strdup strndup aligned_alloc asprintf',
  raw: 'PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc',
  mem: 'PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_MALLOC PyMem_REALLOC PyMem_New PyMem_NEW',
  object:
    'PyObject_Malloc PyObject_Calloc PyObject_Realloc PyObject_MALLOC PyObject_REALLOC PyObject_New PyObject_NewVar PyObject_NEW PyObject_NEW_VAR',
  gc: 'PyObject_GC_New PyObject_GC_NewVar',
};

const FREEING: Readonly<Record<Domain, string>> = {
  libc: 'free',
  raw: 'PyMem_RawFree',
  mem: 'PyMem_Free PyMem_FREE PyMem_Del PyMem_DEL',
  object: 'PyObject_Free PyObject_FREE PyObject_Del PyObject_DEL',
  gc: 'PyObject_GC_Del',
};

const DOMAIN_OF_ALLOCATION = byName(ALLOCATING);
const DOMAIN_OF_FREE = byName(FREEING);

function byName(table: Readonly<Record<Domain, string>>): ReadonlyMap<string, Domain> {
  const rows = Object.entries(table) as [Domain, string][];
  return new Map(rows.flatMap(([domain, names]) => names.split(' ').map(name => [name, domain] as const)));
}

/** The allocator that a call takes memory from; null when it allocates nothing that we know of. */
export function allocates(name: string): Domain | null {
  return DOMAIN_OF_ALLOCATION.get(name) ?? null;
}

/** The allocator that a call gives memory back to. */
export function frees(name: string): Domain | null {
  return DOMAIN_OF_FREE.get(name) ?? null;
}

export const FREEING_CALLS: readonly string[] = [...DOMAIN_OF_FREE.keys()];

/** The function to free with, for messages. */
export function freeOf(domain: Domain): string {
  return `${FREEING[domain].split(' ')[0]}()`;
}

/** Plain memory from the heap of objects. */
export const OBJECT_HEAP_BUFFERS: readonly string[] = [
  'PyObject_Malloc',
  'PyObject_Calloc',
  'PyObject_Realloc',
  'PyObject_MALLOC',
  'PyObject_REALLOC',
];

/** Calls that give memory back to the heap of objects. */
export const OBJECT_HEAP_FREES: readonly string[] = FREEING.object.split(' ');

/** Calls that need an attached thread state: the heap belongs to it. */
export const ATTACHED_ALLOCATIONS: readonly string[] = (['mem', 'object', 'gc'] as const).flatMap(domain =>
  `${ALLOCATING[domain]} ${FREEING[domain]}`.split(' '),
);

/** Makes an object of memory: `PyObject_Init(memory, type)`. */
export const OBJECT_INITIALISERS: readonly string[] = [
  'PyObject_Init',
  'PyObject_InitVar',
  'PyObject_INIT',
  'PyObject_INIT_VAR',
];
