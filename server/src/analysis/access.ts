/** One read or write of a struct field or a global, with what runs it, on whose object and under which locks. */
import type { CType, Place } from '../program/model.ts';
import type { Path } from './paths.ts';
import type { FunctionView } from './view.ts';

export interface Access {
  readonly function: FunctionView;
  readonly step: number;
  readonly kind: 'read' | 'write' | 'update';
  /** What is accessed, as the step has it (for calls: what the argument points to). */
  readonly place: Place;
  /** The datum: `Counter.hits`, `=registry`; `[]` at the end for what an array or buffer holds. */
  readonly key: string;
  readonly struct: string | null;
  /** Field, or variable as written. */
  readonly name: string;
  readonly type: CType | null;
  /** The object that has the field; null for globals. */
  readonly base: Path | null;
  /** Another thread may be in an access of the same object or global at this moment. */
  readonly concurrent: boolean;
  readonly atomic: boolean;
  /**
   * Locks held, as seen from the object: `` its own, `&mutex` in it, `^items` of what has it as `items`, `^` of something that
   * it was reached from, `~Queue.mutex` a mutex that is that field of some struct, `=…` a global one, `*` any.
   */
  readonly locks: ReadonlySet<string>;
  /** A store that takes a flag which was found clear, or one that clears what may be a flag. */
  readonly turns: 'taken' | 'clear' | null;
  /** An update that writes what was found there. */
  readonly isIdle: boolean;
  /** Flags under which it is made, named in the same way: they keep out whoever asks the same flag, see `busy-flags.ts`. */
  readonly flags: ReadonlySet<string>;
}

/** A lock that is held everywhere by convention; compares equal to every lock. */
export const ANY_LOCK = '*';

/** Without the view, which it outlives: see `FunctionView.once`. */
export type OwnAccess = Omit<Access, 'function'>;

/** They say the same, if of different steps. */
export function sameAccess(a: OwnAccess, b: OwnAccess): boolean {
  return said(a) === said(b);
}

/** All of it, so that no field can be forgotten. */
function said(access: OwnAccess): string {
  return JSON.stringify({ ...access, step: 0 }, (_, value: unknown) => (value instanceof Set ? [...value] : value));
}
