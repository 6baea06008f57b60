/** Who races with whom, and how what is raced is called. */
import { isLifeCycle } from './slots.ts';
import type { Entry } from './surface.ts';

/** Making an object, or making one and dropping it. */
export function isBirth(entry: Entry): boolean {
  return entry.kind === 'slot' && isLifeCycle(entry.name);
}

/** As Python code writes it: `Book.get()`. */
export function titleOf(entry: Entry): string {
  const owner = entry.type === null ? '' : `${entry.type.name}.`;
  if (entry.kind === 'slot') {
    if (entry.type && isLifeCycle(entry.name)) return `${entry.type.name}()`;
    return `${owner}__${entry.name.replace(/^[a-z]+_/, '')}__`;
  }
  return entry.kind === 'method' || entry.kind === 'function' ? `${owner}${entry.name}()` : `${owner}${entry.name}`;
}

/** The flagged calls against each of the others and among themselves, the likeliest first; then more threads. */
export function lineUps(
  flagged: readonly string[],
  others: readonly string[],
  counts: boolean,
  supported: boolean,
): readonly (readonly string[])[] {
  const pairs = others.flatMap(other => flagged.map(one => [one, other]));
  const selves = flagged.map(one => [one, one]);
  const [one] = flagged;
  const crowd = one === undefined ? [] : [[one, one, others[0] ?? one]];
  // The others only change what is read: by themselves they collide with nothing.
  if (supported) return [...crowd, ...selves];
  return counts ? [...selves, ...pairs, ...crowd] : [...pairs, ...selves, ...crowd];
}
