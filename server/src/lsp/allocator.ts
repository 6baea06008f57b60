/**
 * Variables for a process that lives long: what the engine takes for compiling and marking goes back to the system, where glibc
 * keeps it in an arena for each thread. A quarter of a server's memory; other allocators don't know these names.
 */
export const LEAN_ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  // Bytes. Said at all, they stay: by default they grow with what is freed. Pieces in which the compilers take their memory are
  // larger than the first: given back one by one, they leave no holes between what lasts.
  MALLOC_MMAP_THRESHOLD_: '16384',
  MALLOC_TRIM_THRESHOLD_: '65536',
};
