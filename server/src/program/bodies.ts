/** Lowered functions, kept with their syntax trees: after an edit elsewhere the same body is answered. */
import type { FlatTree } from '../syntax/model.ts';
import { changesBetween } from './changes.ts';
import type { FoundFunction } from './declarations.ts';
import type { Environment } from './environment.ts';
import { type FactsBefore, type Lowered, lowerFunction, type Pin } from './function.ts';
import type { Source } from './node.ts';

interface Kept {
  env: Environment;
  readonly facts: FactsBefore;
  readonly redefinitions: number;
  readonly lowered: Lowered;
}

const kept = new WeakMap<FlatTree, Map<number, Kept>>();

export function bodyOf(
  source: Source,
  found: FoundFunction,
  env: Environment,
  facts: FactsBefore,
  start: number,
): Lowered {
  let bodies = kept.get(source.tree);
  if (!bodies) kept.set(source.tree, (bodies = new Map()));
  const known = bodies.get(found.node);
  const redefinitions = env.redefinitionsBefore(start);
  if (
    known &&
    known.redefinitions === redefinitions &&
    sameFacts(known.facts, facts) &&
    isValid(known, source, found, env)
  ) {
    known.env = env;
    return known.lowered;
  }
  const lowered = lowerFunction(source, found, env, facts, null, start);
  bodies.set(found.node, { env, facts, redefinitions, lowered });
  return lowered;
}

function isValid(known: Kept, source: Source, found: FoundFunction, env: Environment): boolean {
  return known.env === env || !changesBetween(known.env, env).affects(source.textOf(found.node));
}

function sameFacts(a: FactsBefore, b: FactsBefore): boolean {
  return a.clinic === b.clinic && a.clinicCriticalSection?.join(' ') === b.clinicCriticalSection?.join(' ');
}

/** Functions that a macro at file scope declares are few and small: lowered anew each time. */
export function generatedBody(
  source: Source,
  found: FoundFunction,
  env: Environment,
  pin: Pin,
  start: number,
): Lowered {
  return lowerFunction(source, found, env, {}, pin, start);
}
