/** Objects of one interpreter in variables of the process, which every interpreter that loads the module overwrites. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { isNull } from '../../program/values.ts';
import type { Exposure } from '../finding.ts';
import { raisesFlag } from './globals.ts';
import { tablesOf } from './modules.ts';
import { producer } from './objects.ts';
import { isObjectPointer } from './references.ts';

export const PER_INTERPRETER: Exposure = { freeThreaded: false, perInterpreter: true, withGil: false };

/** The module says, or sees to it with a flag while it is initialised, that one interpreter at most uses it. */
export function isForOneInterpreter(extension: Extension): boolean {
  const refuses = tablesOf(extension, 'module-slots').some(({ table }) =>
    table.entries.some(entry => /MULTIPLE_INTERPRETERS_NOT_SUPPORTED/.test(entry.detail)),
  );
  return refuses || extension.accesses.all.some(one => one.function.isInitOnly && raisesFlag(extension, one));
}

/** Stores of objects into globals by module initialisation, the first of each variable, with the call that made the object. */
export function storedAtInit(extension: Extension): readonly StoredAtInit[] {
  return extension.shared(storedAtInit, findStored);
}

interface StoredAtInit {
  readonly access: Access;
  readonly maker: string | null;
}

function findStored(extension: Extension): StoredAtInit[] {
  if (isForOneInterpreter(extension)) return [];
  const seen = new Set<string>();
  return extension.accesses.all.flatMap(access => {
    const { function: view, step } = access;
    const op = view.op(step);
    if (access.struct !== null || !view.isInitOnly || op?.kind !== 'store' || isNull(op.value) || seen.has(access.key))
      return [];
    if (!isObjectPointer(extension, access.type)) return [];
    seen.add(access.key);
    const made = producer(view, op.value, step);
    return [{ access, maker: made?.op.callee.name ?? null }];
  });
}
