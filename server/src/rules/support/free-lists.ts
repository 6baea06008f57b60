/**
 * Free lists: objects or memory kept for reuse in an array with a fill level (`list[--count]`), or in a chain of which the
 * head is a global (`head = head->next`). Somewhere one is put back instead of freed, elsewhere one is taken instead of made.
 */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { allocates, frees } from '../../capi/allocators.ts';
import { resultKind } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';
import { isNull } from '../../program/values.ts';
import { pathOfPlace } from './guards.ts';
import { isProcessWide } from './pairs.ts';

/** `push` puts something on the list, `pop` takes something off, `level` reads or changes the variable that counts. */
export type FreeListRole = 'push' | 'pop' | 'level' | 'other';

interface Move {
  readonly access: Access;
  readonly kind: 'push' | 'pop';
  /** Key of the fill level; null for chains. */
  readonly level: string | null;
}

/** What the access does to a free list; null when the variable is none. */
export function freeListRole(extension: Extension, access: Access): FreeListRole | null {
  return extension.shared(freeListRole, findRoles).get(access) ?? null;
}

function findRoles(extension: Extension): ReadonlyMap<Access, FreeListRole> {
  const lists = new Map<string, Move[]>();
  for (const access of extension.accesses.all) {
    if (!isProcessWide(access)) continue;
    const move = access.key.endsWith('[]') ? stackMove(extension, access) : chainMove(access);
    if (move === null) continue;
    const list = lists.get(access.key);
    if (list === undefined) lists.set(access.key, [move]);
    else list.push(move);
  }
  const roles = new Map<Access, FreeListRole>();
  for (const [key, moves] of lists) {
    const pushes = moves.filter(move => move.kind === 'push');
    const pops = moves.filter(move => move.kind === 'pop');
    if (pushes.length === 0 || pops.length === 0) continue;
    if (!pushes.some(move => releases(move.access.function)) && !pops.some(move => makes(move.access.function)))
      continue;
    for (const one of extension.accesses.of(key)) roles.set(one, 'other');
    for (const { level } of moves)
      if (level !== null) for (const one of extension.accesses.of(level)) roles.set(one, 'level');
    for (const { access, kind } of moves) roles.set(access, kind);
  }
  return roles;
}

/** `list[n++] = x` and `x = list[--n]`, with `n` a variable that changes. */
function stackMove(extension: Extension, access: Access): Move | null {
  const { function: view, step, type } = access;
  const op = view.op(step);
  if (op === undefined || (op.kind !== 'load' && op.kind !== 'store') || op.place.kind !== 'element') return null;
  if (type === null || type.pointers === 0) return null;
  const level = levelOf(extension, view, op.place.index);
  if (level === null) return null;
  if (op.kind === 'load') return { access, kind: 'pop', level };
  return isNull(op.value) ? null : { access, kind: 'push', level };
}

function levelOf(extension: Extension, view: FunctionView, index: Value): string | null {
  if (index.kind === 'operation') {
    const found = index.operands.map(operand => levelOf(extension, view, operand)).filter(key => key !== null);
    return found[0] ?? null;
  }
  if (index.kind !== 'result') return null;
  const source = extension.accesses.at(view, index.step);
  if (source === undefined || !isProcessWide(source) || source.type === null || source.type.pointers > 0) return null;
  return extension.accesses.of(source.key).some(one => one.kind === 'update') ? source.key : null;
}

/** `head = x` with `x->next` filled from `head` before, and `head = x->next` with `x` from `head`. */
function chainMove(access: Access): Move | null {
  const { function: view, step, type } = access;
  const op = view.op(step);
  if (op?.kind !== 'store' || type === null || type.pointers !== 1 || type.array) return null;
  const head = pathOfPlace(view, step);
  if (head === null) return null;
  if (isNextOf(view, op.value, step, head)) return { access, kind: 'pop', level: null };
  const stored = view.path(op.value, step);
  const links = view.body.steps.some((_, index) => {
    const link = view.op(index);
    return (
      link?.kind === 'store' &&
      link.place.kind !== 'local' &&
      linkedObject(view, link.place, index) === stored &&
      view.path(link.value, index) === head
    );
  });
  return links ? { access, kind: 'push', level: null } : null;
}

/** The object in which a link is kept: `x` for `x->next`, `*(void **)x` and `((void **)x)[0]`. */
function linkedObject(view: FunctionView, place: Access['place'], step: number): string | null {
  if (place.kind === 'field' || place.kind === 'element') return view.path(place.base, step);
  return place.kind === 'deref' ? view.path(place.pointer, step) : null;
}

function isNextOf(view: FunctionView, value: Value, step: number, head: string): boolean {
  return view.origins(value, step).some(origin => {
    if (origin.kind !== 'field' && origin.kind !== 'element') return false;
    const { base } = origin;
    return base.kind === 'global' && `g:${base.name}` === head;
  });
}

function releases(view: FunctionView): boolean {
  return (
    view.surroundings.contexts.has('dealloc') ||
    calls(view, name => frees(name) !== null || /(?:^|_)(?:free|del|dealloc)$/i.test(name))
  );
}

function makes(view: FunctionView): boolean {
  return calls(view, name => allocates(name) !== null || resultKind(name) === 'fresh' || REVIVES.test(name));
}

/** What makes an object of memory that was one before. */
const REVIVES = /^_?Py_(?:NewReference|SET_REFCNT)$|^PyObject_Init(?:Var)?$|^PyObject_INIT/;

function calls(view: FunctionView, test: (name: string) => boolean): boolean {
  return view.body.steps.some(({ op }) => op.kind === 'call' && op.callee.name !== null && test(op.callee.name));
}
