/** Accesses to variables that belong to the process, for the rules that tell apart what such a variable is used for. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { type Path, rootOf } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { CType, GlobalVariable } from '../../program/model.ts';
import { isNull } from '../../program/values.ts';
import { defineRule, PROCESS_WIDE, type Rule } from '../rule.ts';
import { freeListRole } from './free-lists.ts';
import { nullGuard, pathOfPlace } from './guards.ts';
import { certainty, isProcessWide, racingAccesses, subjectOf } from './pairs.ts';
import { windowOf } from './windows.ts';
import { quote } from './words.ts';

/** The variable that an access speaks of: a global itself, what it points to, or a field of a global struct. Null for other fields. */
export function variableOf(access: Access): GlobalVariable | null {
  if (access.place.kind === 'global') return access.function.global(access.place.name)?.variable ?? null;
  const root = access.base === null ? null : /^[ag]:(.*)$/.exec(rootOf(access.base));
  return root === null ? null : (access.function.global(root[1] ?? '')?.variable ?? null);
}

/** A number, an enum or a function pointer in one variable: nothing that is followed or freed. */
export function isPlain(access: Access): boolean {
  const { type } = access;
  return (
    type !== null && !type.array && (type.callable || type.pointers === 0) && !/^Py[A-Z]\w*Object$/.test(type.base)
  );
}

/** A field of a global struct, or of a struct that a global points to, that is no Python object. */
export function isFieldOfGlobal(extension: Extension, access: Access): boolean {
  return access.struct !== null && isProcessWide(access) && extension.linker.struct(access.struct)?.isObject !== true;
}

const NUMERIC =
  /^(?:(?:un)?signed\b.*|char|short|int|long|float|double|bool|_Bool|wchar_t|Py_UCS[124]|Py_UNICODE|u?int(?:8|16|32|64|ptr|max)_t|s?size_t|Py_s?size_t|Py_hash_t)(?: (?:int|long|short|char|double))*$/;

/** Numbers and characters, whatever pointers and arrays are around them. */
export function isNumeric(type: CType): boolean {
  return NUMERIC.test(type.base);
}

/** Clearing the variables when the module goes is the counterpart of its initialisation. */
export function isModuleTeardown(access: Access): boolean {
  return access.function.surroundings.parameters[0]?.role === 'module';
}

/** Helpers of helpers that are followed to the flag that guards them. */
const MAX_CALLS = 3;

/** The step runs only where a place was found NULL or zero, here or before every call of this function. */
export function isGuarded(
  extension: Extension,
  view: FunctionView,
  step: number,
  path: Path,
  calls = MAX_CALLS,
): boolean {
  if (nullGuard(view, step, path) !== null) return true;
  const callers = extension.graph.callersOf[view.id] ?? [];
  if (calls === 0 || callers.length === 0) return false;
  return callers.every(site => {
    const caller = extension.functions[site.caller];
    return caller !== undefined && caller !== view && isGuarded(extension, caller, site.step, path, calls - 1);
  });
}

/** A flag is raised: a constant other than zero is stored where a test found zero. */
export function raisesFlag(extension: Extension, access: Access): boolean {
  if (access.kind !== 'write' || !isPlain(access) || variableOf(access) === null) return false;
  const { function: view, step } = access;
  const op = view.op(step);
  if (op?.kind !== 'store' || isNull(op.value) || (op.value.kind !== 'int' && op.value.kind !== 'symbol')) return false;
  const path = pathOfPlace(view, step);
  return path !== null && isGuarded(extension, view, step, path);
}

/** Paths of all flags: few in any extension. */
function flagsOf(extension: Extension): ReadonlySet<Path> {
  return extension.shared(flagsOf, () => {
    const raised = extension.accesses.all.filter(access => raisesFlag(extension, access));
    return new Set(raised.map(({ function: view, step }) => pathOfPlace(view, step)).filter(path => path !== null));
  });
}

/** The step is part of the set-up that a flag stands for (`if (!ready) { …; ready = 1; }`): the flag is what has to be cured. */
function isSetUp(extension: Extension, { function: view, step }: Access): boolean {
  const own = pathOfPlace(view, step);
  return [...flagsOf(extension)].some(path => path !== own && isGuarded(extension, view, step, path));
}

function nameOf(access: Access): string {
  return access.struct === null ? access.name : subjectOf(access);
}

interface GlobalRule extends Pick<Rule, 'id' | 'title' | 'severity'>, Partial<Pick<Rule, 'supersedes'>> {
  /** Which writes the rule is about. Those to free lists and to locked or constant variables have been left out. */
  readonly matches: (access: Access, variable: GlobalVariable, extension: Extension) => boolean;
  readonly message: (name: string, access: Access, extension: Extension) => string;
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
        return matches(access, variable, extension) && !isSetUp(extension, access);
      });
      const seen = new Set<string>();
      for (const racing of writes) {
        const { access } = racing;
        const key = `${access.function.id} ${variableOf(access)?.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        report.at(
          { function: access.function, steps: [access.step] },
          {
            subject: subjectOf(access),
            message: message(quote(nameOf(access)), access, extension),
            confidence: unsure?.(access, extension) === true ? 'possible' : certainty(access),
            ...windowOf(racing),
            owner: access.struct ?? access.key.replace(/\[\]$/, ''),
          },
        );
      }
    },
  });
}
