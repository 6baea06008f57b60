import type { Access } from '../../analysis/accesses.ts';
import { isLockType } from '../../analysis/collect.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { GlobalVariable } from '../../program/model.ts';
import { globalRule, isFieldOfGlobal, isNumeric } from '../support/globals.ts';
import { fills, isObjectPointer } from '../support/references.ts';

export const globalCStructure = globalRule({
  id: 'global-c-structure',
  title: 'Process-wide list, table or struct changed without a lock',
  severity: 'crash',
  supersedes: ['lazy-init-field'],
  matches: (access, variable, extension) => {
    const isContainer = STANDARD_CONTAINER.test(variable.type.base);
    if (variable.inFunction !== null && !isContainer && !isFieldOfGlobal(extension, access)) return false;
    return isFieldOfGlobal(extension, access) || (access.struct === null && isStructure(variable, extension));
  },
  message: (name, access) =>
    access.struct === null && fills(access)
      ? `Two threads can both find ${name} NULL and fill it: one result leaks or is lost in use. Fill it at module init, or lock a mutex.`
      : `Another thread can walk or change the global ${name} at the same time and finds it half changed. Lock a mutex wherever it is used.`,
  unsure: isLoneNumber,
});

/** One thread at a time may use it as soon as one of them changes it. */
const STANDARD_CONTAINER =
  /^std::(?:vector|map|multimap|unordered_\w+|set|multiset|list|forward_list|deque|queue|stack|priority_queue|basic_string|string)(?:<|$)/;

/** A pointer to structs or memory, a table of pointers, an array of structs. */
function isStructure({ type }: GlobalVariable, extension: Extension): boolean {
  if (type.callable || isLockType(type) || isNumeric(type)) return false;
  if (/^Py(?:Thread|Interpreter)State$|^FILE$/.test(type.base) || isObjectPointer(extension, type)) return false;
  if (STANDARD_CONTAINER.test(type.base)) return true;
  const struct = extension.linker.struct(type.base);
  if (type.array) return (type.pointers > 0 && !/^_?Py\w*Object$/.test(type.base)) || struct !== undefined;
  return type.pointers > 0 && !/^_?Py[A-Z]/.test(type.base);
}

/** A number in a struct that nothing else in it depends on, or that is only tested, may be a setting or a statistic. */
function isLoneNumber(access: Access, extension: Extension): boolean {
  if (access.struct === null || access.kind === 'update' || access.type === null) return false;
  if (access.type.pointers > 0 || !isNumeric(access.type)) return false;
  const all = extension.accesses.of(access.key);
  if (all.some(one => one.kind === 'update')) return false;
  return all.every(one => one.function === access.function) || all.every(isSetOrTested);
}

function isSetOrTested({ function: view, step, kind }: Access): boolean {
  return kind === 'write' || view.usesOf(step).every(use => isTest(view, use.step));
}

/** At once, or kept in a local for a test. */
function isTest(view: FunctionView, step: number): boolean {
  const op = view.op(step);
  return op?.kind === 'branch' || (op?.kind === 'store' && op.place.kind === 'local');
}
