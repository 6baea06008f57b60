import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { GlobalVariable, Place } from '../../program/model.ts';
import { eachOperand, eachPart } from '../../program/values.ts';
import { globalRule, isNumeric } from '../support/globals.ts';

export const staticScratchBuffer = globalRule({
  id: 'static-scratch-buffer',
  title: 'Static buffer or work array filled by several threads',
  severity: 'corruption',
  supersedes: ['function-static-state', 'global-c-structure', 'global-config-flag'],
  matches: (access, variable) =>
    access.struct === null &&
    holdsBytesOrNumbers(variable) &&
    (variable.type.array || access.key.endsWith('[]') || isAllocated(access)),
  message: (name, access, extension) =>
    isKeptTable(access, extension)
      ? `Another thread can read or change the static table ${name} at the same time: updates get lost. Lock a mutex around every use of it.`
      : `Another thread can overwrite the static buffer ${name} before this one has read it: mixed-up data. Use a local or allocated buffer.`,
});

/**
 * A table that outlives the call, which a local could not replace: its entries are set one by one, the table itself is given
 * to nobody, and what is set here is not read here but elsewhere or later.
 */
function isKeptTable({ function: view, key, type, place }: Access, extension: Extension): boolean {
  if (type?.array !== true || place.kind !== 'global' || handsOut(view, place.name)) return false;
  const uses = extension.accesses.of(key);
  if (uses.every(use => use.function !== view || use.kind !== 'read')) return true;
  return uses.some(use => !callsOrIsCalled(use.function, view, extension));
}

/** The address of the array, or of an entry, is passed, stored or returned. */
function handsOut(view: FunctionView, name: string): boolean {
  let found = false;
  for (const { op } of view.body.steps) {
    eachOperand(op, (value, role) => {
      if (role === 'base' || role === 'test') return;
      eachPart(value, role, leaf => {
        if (leaf.kind === 'address') found ||= isIn(leaf.place, name);
      });
    });
  }
  return found;
}

function isIn(place: Place, name: string): boolean {
  if (place.kind === 'global') return place.name === name;
  return place.kind === 'element' && place.base.kind === 'address' && isIn(place.base.place, name);
}

/** They may fill a buffer and read it together. */
function callsOrIsCalled(a: FunctionView, b: FunctionView, { graph }: Extension): boolean {
  const calls = (caller: FunctionView, callee: FunctionView): boolean =>
    graph.callersOf[callee.id]?.some(site => site.caller === caller.id) === true;
  return a === b || calls(a, b) || calls(b, a);
}

/** An array of numbers, a pointer to some, or a `jmp_buf`, which is an array too. */
function holdsBytesOrNumbers({ type }: GlobalVariable): boolean {
  if (/^(?:sig)?jmp_buf$/.test(type.base)) return true;
  return isNumeric(type) && type.pointers === (type.array ? 0 : 1);
}

/** `buffer = realloc(buffer, size)` */
function isAllocated({ function: view, step }: Access): boolean {
  const op = view.op(step);
  return (
    op?.kind === 'store' &&
    view.origins(op.value, step).some(origin => origin.kind === 'call' && origin.returned.kind === 'memory')
  );
}
