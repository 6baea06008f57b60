/** What threads are given when they call a function, and what of it is theirs alone, by what the analysis knows. */
import type { Extension } from '../analysis/extension.ts';
import type { FunctionView } from '../analysis/view.ts';
import { effectOfCall } from '../capi/effects.ts';
import type { FunctionBody } from '../program/model.ts';

/** Objects that a call gets: as parameters, or unpacked from its arguments. */
export function objectsOf(view: FunctionView, isObject: (base: string) => boolean): string[] {
  const { body } = view;
  const parameters = body.locals.slice(0, body.parameters).flatMap((local, i) => {
    const role = view.surroundings.parameters[i]?.role;
    const shared = role === undefined || role === 'self' || role === 'shared';
    return shared &&
      local.name !== 'module' &&
      local.type.pointers === 1 &&
      isObject(local.type.base) &&
      !/unused|ignored/i.test(local.name)
      ? [local.name]
      : [];
  });
  const unpacked = body.steps.flatMap(({ op }) => {
    if (op.kind !== 'call' || op.callee.kind !== 'named' || !op.callee.name.startsWith('PyArg_')) return [];
    return op.args.flatMap(arg => {
      const local = arg.kind === 'address' && arg.place.kind === 'local' ? body.locals[arg.place.local] : undefined;
      return local !== undefined && isObject(local.type.base) ? [local.name] : [];
    });
  });
  return [...parameters, ...unpacked];
}

/** Callers hold no locks and no detached state for it: a thread may start there. */
export function isFree({ surroundings: { inherited, detached } }: FunctionView): boolean {
  return inherited.length === 0 && !detached;
}

/** Fields that Python code can set. */
export function attributesOf(extension: Extension): ReadonlySet<string> {
  const members = extension.units.flatMap(unit => unit.tables.filter(table => table.kind === 'members'));
  return new Set(
    members.flatMap(({ entries }) =>
      entries.flatMap(({ detail }) => {
        const field = /offsetof\s*\([^,]+,\s*(\w+)\s*\)/.exec(detail)?.[1];
        return field === undefined || /READONLY/.test(detail) || !/OBJECT/.test(detail) ? [] : [field];
      }),
    ),
  );
}

/** A table that names the function as destructor has a `tp_traverse` too: the collector tracks such objects. */
export function isCollected(extension: Extension, view: FunctionView): boolean {
  const tables = extension.units.flatMap(unit => unit.tables);
  const has = (entries: (typeof tables)[number]['entries'], slot: string): boolean =>
    entries.some(entry => entry.slot.includes(slot) && entry.target !== null);
  return tables.some(
    ({ entries }) => entries.some(({ target }) => target === view.name) && has(entries, 'tp_traverse'),
  );
}

/** Memory that a function frees was given to it for good: nobody gives the same to two. */
export function freesParameter({ body }: FunctionView, parameter: number): boolean {
  const held = new Set([parameter]);
  for (const { op } of body.steps)
    if (op.kind === 'store' && op.place.kind === 'local' && op.value.kind === 'local' && held.has(op.value.local))
      held.add(op.place.local);
  return body.steps.some(
    ({ op }) =>
      op.kind === 'call' &&
      op.callee.kind === 'named' &&
      effectOfCall(op.callee.name)?.does === 'free' &&
      op.args.some(arg => arg.kind === 'local' && held.has(arg.local)),
  );
}

/** `m_free` and its like: once for each module. */
export function runsOnce(view: FunctionView): boolean {
  const { parameters, entryPoints } = view.surroundings;
  return (
    parameters[0]?.role === 'module' ||
    (entryPoints.length > 0 && entryPoints.every(text => /`m_(?:free|clear)`/.test(text)))
  );
}

/** Parameters that no other thread knows: the tuple of arguments, a dictionary of keywords, what is being made. */
export function privateObjects(view: FunctionView): ReadonlySet<string> {
  const names = view.body.locals.slice(0, view.body.parameters).map(parameter => parameter.name);
  const shared = new Set(['shared', 'self', 'immutable']);
  return new Set(
    names.filter((_, i) => {
      const state = view.surroundings.parameters[i];
      return state !== undefined && (state.exclusive || !shared.has(state.role));
    }),
  );
}

/** It gets a thread state itself, or in a function that it calls or hands on. */
export function asksForState({ body }: FunctionView, bodyOf: (name: string) => FunctionBody | undefined): boolean {
  const ensures = ({ steps }: FunctionBody): boolean =>
    steps.some(({ op }) => op.kind === 'attach' && op.by.includes('Ensure'));
  const named = body.steps.flatMap(({ op }) => {
    if (op.kind !== 'call') return [];
    const given = op.args.flatMap(arg => (arg.kind === 'function' ? [arg.name] : []));
    return op.callee.kind === 'named' ? [op.callee.name, ...given] : given;
  });
  return ensures(body) || named.some(name => ensures(bodyOf(name) ?? { ...body, steps: [] }));
}
