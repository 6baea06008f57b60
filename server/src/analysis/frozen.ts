/**
 * Containers that never change once their owner is set up: a dict or list made at import (or with the object), kept in one
 * field or global, only looked into afterwards and never handed out. Borrowing from them is no hazard. The dict of keywords that
 * a constructor keeps is one of them: it was made for that call. Nor is it one to borrow from a dict that only gets what it does
 * not have yet: its values live as long as the dict does.
 */
import { isCApiName, keptArguments, mutatesContainer, resultKind } from '../capi/objects.ts';
import { isNull } from '../program/values.ts';
import type { Access, AccessIndex } from './accesses.ts';
import { isAddition } from './additions.ts';
import type { Use } from './definitions.ts';
import { nullGuard, pathOfPlace } from './guards.ts';
import type { Linker } from './program.ts';
import type { FunctionView } from './view.ts';
import type { Seen, Watch } from './watch.ts';

export class FrozenContainers {
  readonly #accesses: AccessIndex;
  readonly #exposed: ReadonlySet<string>;
  readonly #watch: Watch;
  readonly #functions: number;
  readonly #answers = new Map<string, { readonly answer: Change; readonly seen: Seen }>();

  constructor(linker: Linker, accesses: AccessIndex) {
    this.#accesses = accesses;
    this.#watch = linker.watch;
    this.#functions = linker.functions.length;
    this.#exposed = memberFields(linker);
  }

  /** `key`: the datum that holds the container, as in `Access.key`. */
  isFrozen(key: string): boolean {
    return this.#changeOf(key) === 'none';
  }

  /** What is in the container stays there, and nobody else has the container. */
  keepsEntries(key: string): boolean {
    return this.#changeOf(key) !== 'any';
  }

  #changeOf(key: string): Change {
    let known = this.#answers.get(key);
    if (known === undefined) {
      known = this.#watch.during(this.#functions, () => this.#decide(key));
      this.#answers.set(key, known);
    }
    this.#watch.note(known.seen);
    return known.answer;
  }

  #decide(key: string): Change {
    const field = key.slice(key.lastIndexOf('.') + 1);
    if (!key.startsWith('=') && this.#exposed.has(field)) return 'any';
    const all = this.#accesses.of(key);
    const stores = all.filter(access => access.kind !== 'read');
    if (stores.every(storesNull)) return 'any';
    const changes = (change: Change): boolean =>
      stores.every(
        access => isOwnFill(access) && (!access.concurrent || (change === 'growth' && fillsEmpty(access))),
      ) && all.every(access => staysInside(access, change));
    return changes('none') ? 'none' : changes('growth') ? 'growth' : 'any';
  }
}

/** What happens to a container once several threads can use it. */
type Change = 'none' | 'growth' | 'any';

function storesNull({ function: view, step }: Access): boolean {
  const op = view.op(step);
  return op?.kind === 'store' && isNull(op.value);
}

/** The place gets NULL, or a container that was made for it, or for the call that sets it, and that nobody else has. */
function isOwnFill(access: Access): boolean {
  const op = access.function.op(access.step);
  if (op?.kind !== 'store') return false;
  if (isNull(op.value)) return true;
  const ownership = access.function.ownership(op.value, access.step);
  return ownership === 'private' || ownership === 'arguments';
}

/** A container is put where none was: those that threads put there at once are forgotten, not freed. */
function fillsEmpty(access: Access): boolean {
  const { function: view, step } = access;
  const path = pathOfPlace(view, step);
  return path !== null && !storesNull(access) && nullGuard(view, step, path) !== null;
}

/** What is read from the place is only looked into: not changed where others may look, not handed out. */
function staysInside({ function: view, step, kind }: Access, change: Change): boolean {
  return kind !== 'read' || isOnlyLookedInto(view, step, change, new Set());
}

function isOnlyLookedInto(view: FunctionView, step: number, change: Change, seen: Set<number>): boolean {
  if (seen.has(step)) return true;
  seen.add(step);
  return view.usesOf(step).every(use => isHarmless(view, use, change, seen));
}

function isHarmless(view: FunctionView, use: Use, change: Change, seen: Set<number>): boolean {
  const op = view.op(use.step);
  if (use.role === 'test' || use.role === 'lock' || use.role === 'index') return true;
  if (op?.kind === 'store') return use.role === 'stored' && op.place.kind === 'local';
  if (op?.kind !== 'call' || use.role !== 'argument') return false;
  const { name } = op.callee;
  // A read-only view shows the container without letting anybody change it.
  if (view.step(use.step)?.macro === 'Py_VISIT' || name === 'PyDictProxy_New') return true;
  if (name === null || !isCApiName(name) || view.semantics.callee(use.step)?.kind === 'project') return false;
  // `return Py_NewRef(self->table)`: what such a call gives back is the container.
  if (resultKind(name) === 'same-as-argument') return isOnlyLookedInto(view, use.step, change, seen);
  if (use.argument === 0 && mutatesContainer(name))
    return !view.isConcurrent || view.isInitOnly || (change === 'growth' && isAddition(view, use.step));
  return keptArguments(name, op.args.length)?.includes(use.argument) !== true;
}

/** Fields that Python code reaches through `PyMemberDef`. */
function memberFields(linker: Linker): ReadonlySet<string> {
  const out = new Set<string>();
  for (const unit of linker.units) {
    for (const table of unit.tables) {
      if (table.kind !== 'members') continue;
      for (const { detail } of table.entries) {
        const match = /offsetof\s*\([^,]+,\s*(\w+)\s*\)/.exec(detail);
        if (match?.[1] !== undefined) out.add(match[1]);
      }
    }
  }
  return out;
}
