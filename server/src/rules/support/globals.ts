/** Accesses to variables that belong to the process, for the rules that tell apart what such a variable is used for. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { GlobalVariable } from '../../program/model.ts';
import { defineRule, PROCESS_WIDE, type Rule } from '../rule.ts';
import { freeListRole } from './free-lists.ts';
import { nullGuard, pathOfPlace } from './guards.ts';
import { certainty, otherEnd, racingAccesses, subjectOf } from './pairs.ts';
import { fills } from './references.ts';
import { quote } from './words.ts';

/** The variable that a global access speaks of; null for fields of objects. */
export function variableOf(access: Access): GlobalVariable | null {
  if (access.struct !== null || access.place.kind !== 'global') return null;
  return access.function.global(access.place.name)?.variable ?? null;
}

/** A number, an enum or a function pointer in one variable: nothing that is followed or freed. */
export function isPlain(access: Access): boolean {
  const { type } = access;
  return (
    type !== null && !type.array && (type.callable || type.pointers === 0) && !/^Py[A-Z]\w*Object$/.test(type.base)
  );
}

/** Clearing the variables when the module goes is the counterpart of its initialisation. */
export function isModuleTeardown(access: Access): boolean {
  return access.function.surroundings.parameters[0]?.role === 'module';
}

/** Helpers of helpers that are followed to the flag that guards them. */
const MAX_CALLS = 3;

/** The step is part of the set-up that a flag stands for (`if (!ready) { …; ready = 1; }`): the flag is what has to be cured. */
function isSetUp(extension: Extension, view: FunctionView, step: number, calls = MAX_CALLS): boolean {
  const guarded = extension.accesses.ofFunction(view).some(flag => {
    if (flag.step === step || flag.kind !== 'write' || !isPlain(flag) || variableOf(flag) === null) return false;
    const path = pathOfPlace(view, flag.step);
    return path !== null && fills(flag) && nullGuard(view, step, path) !== null;
  });
  if (guarded || calls === 0) return guarded;
  const callers = extension.graph.callersOf[view.function.id] ?? [];
  return (
    callers.length > 0 &&
    callers.every(site => {
      const caller = extension.functions[site.caller.id];
      return caller !== undefined && isSetUp(extension, caller, site.step, calls - 1);
    })
  );
}

interface GlobalRule extends Pick<Rule, 'id' | 'title' | 'severity'>, Partial<Pick<Rule, 'supersedes'>> {
  /** Which writes the rule is about. Those to free lists and to locked or constant variables have been left out. */
  readonly matches: (access: Access, variable: GlobalVariable, extension: Extension) => boolean;
  readonly message: (name: string, access: Access) => string;
  readonly unsure?: (access: Access, extension: Extension) => boolean;
}

/** A rule that reports writes to process-wide variables that race, once for each variable and function. */
export function globalRule({ matches, message, unsure, ...metadata }: GlobalRule): Rule {
  return defineRule({
    ...metadata,
    family: 'globals',
    exposure: PROCESS_WIDE,
    check(extension, report) {
      const writes = racingAccesses(extension, access => {
        if (access.kind === 'read' || access.atomic || isModuleTeardown(access)) return false;
        const variable = variableOf(access);
        if (variable === null || freeListRole(extension, access) !== null) return false;
        return matches(access, variable, extension) && !isSetUp(extension, access.function, access.step);
      });
      const seen = new Set<string>();
      for (const racing of writes) {
        const { access } = racing;
        const key = `${access.function.function.id} ${access.key.replace(/\[\]$/, '')}`;
        if (seen.has(key)) continue;
        seen.add(key);
        report.at(
          { function: access.function, steps: [access.step] },
          {
            subject: subjectOf(access),
            message: message(quote(access.name), access),
            confidence: unsure?.(access, extension) === true ? 'possible' : certainty(access),
            ...otherEnd(racing),
          },
        );
      }
    },
  });
}
