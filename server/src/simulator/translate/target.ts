/** Where values are kept: a field, an item or a variable, and the names by which it is known. */
import type { CType } from '../../program/model.ts';
import type { Place } from '../build/thread.ts';
import type { Expression } from '../machine/expression.ts';
import { ITEMS } from './knowledge.ts';
import type { HeapObject } from './symbols.ts';

/** Where a value is kept. `key`: the cell, when it is known before the program runs. */
export interface Target {
  readonly base: Expression;
  readonly offset: Expression;
  readonly key: string | null;
  readonly path: string;
  readonly object: HeapObject | null;
  readonly type: CType | null;
  readonly name: string;
  /** What is stored with it, with the values read before: bit-fields of one word. */
  readonly beside?: readonly Target[];
}

/** Pointers from a parameter or variable to an object. */
export const DEEPEST = 4;

/** The bytes of an object, as one cell. */
export const CONTENTS = 'contents';

/** Variables outside of objects belong to this one. */
export const VARIABLES = '=';

export const isItem = (path: string): boolean => /^\[\d\]$/.test(path);
export const itemPath = (index: number): string => `[${Math.min(Math.max(index, 0), ITEMS - 1)}]`;

export function joinPath(first: string, second: string): string {
  return first === '' ? second : second.startsWith('[') ? `${first}${second}` : `${first}.${second}`;
}

export function fieldName(object: string, path: string): string {
  return path.startsWith('[') ? `${object}${path}` : `${object}->${path}`;
}

/** Whose memory it is, as keys of cells say it. */
export function ownerOf(target: Target): string {
  return target.object?.name ?? VARIABLES;
}

export function placeOf({ base, offset }: Target): Place {
  return offset === 0 && typeof base === 'number' ? base : { base, offset };
}
