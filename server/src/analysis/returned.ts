/** What functions give back and store, put together from all the ways on which they do. */
import type { Returned } from './meaning.ts';
import type { Slot } from './slots.ts';

export const SHARED: Returned = { kind: 'shared' };

export function fresh(own: boolean, holds: readonly Slot[]): Returned {
  return { kind: 'fresh', ...(own ? { own: true } : {}), ...(holds.length > 0 ? { holds } : {}) };
}

/** Nobody else has it. */
export function isOwn({ kind }: Returned): boolean {
  return kind === 'fresh' || kind === 'memory';
}

/** What is stored through each parameter. */
export class Outs {
  readonly #stored = new Map<number, Returned[]>();

  add(parameter: number, stored: readonly Returned[]): void {
    this.#stored.set(parameter, [...(this.#stored.get(parameter) ?? []), ...stored]);
  }

  /** Only what callers have a use for: new objects, constants and what others have too. */
  list(): [number, Returned][] {
    return [...this.#stored]
      .map(([parameter, stored]): [number, Returned] => [parameter, common(stored)])
      .filter(([, stored]) => stored.kind !== 'other' && stored.kind !== 'path')
      .sort(([a], [b]) => a - b);
  }
}

export function common(returned: readonly Returned[]): Returned {
  const [first, ...rest] = returned;
  if (first === undefined) return { kind: 'other' };
  const text = JSON.stringify(first);
  if (rest.every(one => one.kind === first.kind && JSON.stringify(one) === text)) return first;
  const isShared = (one: Returned): boolean => one.kind === 'shared' || (one.kind === 'path' && one.path.includes('>'));
  if (returned.some(isShared)) return { kind: 'shared' };
  // Either a new object or a constant: nobody else can change it before the caller does.
  const kinds = new Set(returned.map(one => one.kind));
  if ([...kinds].every(kind => kind === 'fresh' || kind === 'immutable')) {
    const made = returned.flatMap(one => (one.kind === 'fresh' ? [one] : []));
    const holds = made[0]?.holds?.filter(slot => made.every(one => one.holds?.includes(slot) === true)) ?? [];
    return fresh(made.length > 0 && made.every(one => one.own === true), holds);
  }
  if ([...kinds].every(kind => kind === 'fresh' || kind === 'memory')) return { kind: 'memory' };
  return { kind: 'other' };
}
