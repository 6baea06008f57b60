/**
 * Flags that are used as locks by some and written past that by others: somebody sets one without having found it clear, or clears
 * it without any lock. They keep nobody out, and no access counts as under them.
 */
import type { Access } from './access.ts';
import type { FunctionView } from './view.ts';

type ByFunction = ReadonlyMap<FunctionView, readonly Access[]>;

export function withoutSpoiltFlags(accesses: ByFunction): ByFunction {
  const flags = new Set<string>();
  for (const own of accesses.values()) for (const { turns, key } of own) if (turns === 'taken') flags.add(key);
  if (flags.size === 0) return accesses;
  const spoilt = new Set<string>();
  for (const own of accesses.values())
    for (const access of own) if (flags.has(access.key) && spoils(access)) spoilt.add(access.name);
  if (spoilt.size === 0) return accesses;
  const isOf = (flag: string): boolean =>
    [...spoilt].some(field => flag.endsWith(`&${field}`) || isMember(flag, field));
  const strip = (access: Access): Access =>
    [...access.flags].some(isOf)
      ? { ...access, flags: new Set([...access.flags].filter(flag => !isOf(flag))) }
      : access;
  return new Map([...accesses].map(([view, own]) => [view, own.map(strip)]));
}

function spoils({ kind, concurrent, turns, locks }: Access): boolean {
  if (kind === 'read' || !concurrent || turns === 'taken') return false;
  return turns !== 'clear' || locks.size === 0;
}

/** `~Struct.field`. */
function isMember(lock: string, field: string): boolean {
  return lock.startsWith('~') && lock.endsWith(`.${field}`);
}
