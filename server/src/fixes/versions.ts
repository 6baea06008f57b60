/** Fixes in projects that also build for Pythons before 3.13: guarded, or left to a decision when there is no simple guard. */
import { apiFact } from '../capi/facts.ts';
import { supportsOlderPythons } from '../rules/support/modules.ts';
import type { FileEdits } from '../workspace/service.ts';
import { Edits } from './edits.ts';
import { type FixRequest, isProposed, type Proposal, type Proposed } from './model.ts';

/** What pythoncapi-compat defines too: under a GIL a section is nothing but a scope. */
const SHIM = [
  '',
  '#ifndef Py_BEGIN_CRITICAL_SECTION',
  '#  define Py_BEGIN_CRITICAL_SECTION(op) {',
  '#  define Py_END_CRITICAL_SECTION() }',
  '#endif',
];

/** What Python 3.14 asks: whether no other thread counts a reference. */
const UNIQUE_SHIM = [
  '',
  '#if PY_VERSION_HEX < 0x030E0000',
  'static inline int',
  'PyUnstable_Object_IsUniquelyReferenced(PyObject *op)',
  '{',
  '#  ifdef Py_GIL_DISABLED',
  '    return _Py_IsOwnedByCurrentThread(op) && _Py_atomic_load_uint32_relaxed(&op->ob_ref_local) == 1',
  '           && _Py_atomic_load_ssize_relaxed(&op->ob_ref_shared) == 0;',
  '#  else',
  '    return Py_REFCNT(op) == 1;',
  '#  endif',
  '}',
  '#endif',
];

/** Under a GIL nobody runs in between, unless the thread is detached. */
const MUTEX_SHIM = [
  '',
  '#if PY_VERSION_HEX < 0x030D0000',
  'typedef char PyMutex;',
  '#  define PyMutex_Lock(m) ((void)(m))',
  '#  define PyMutex_Unlock(m) ((void)(m))',
  '#endif',
];

export function forOlderPythons(request: FixRequest, proposal: Proposal): Proposal {
  const { extension, settings, syntax } = request;
  if (!isProposed(proposal)) return proposal;
  const { title, edits, elsewhere = [] } = proposal;
  const added = [edits, ...elsewhere.map(one => one.edits)]
    .flat()
    .map(edit => edit.text)
    .join('\n');
  const text = syntax.lens.original;
  const known = (name: string): boolean =>
    extension.units.some(
      unit => unit.otherwiseDefined.includes(name) || unit.macros.some(macro => macro.name === name),
    );
  const unique = 'PyUnstable_Object_IsUniquelyReferenced';
  if (added.includes(unique) && olderThan(settings.minimumPython, 14) && !settings.compat && !text.includes(unique))
    return withGuard(request, proposal, UNIQUE_SHIM);
  if (!olderThan313(settings.minimumPython) || !supportsOlderPythons(extension)) return proposal;
  if (/\bPyMutex\b/.test(added) && !known('PyMutex_Lock') && !/\bPyMutex\b/.test(text))
    return withGuard(request, proposal, MUTEX_SHIM);
  if (settings.compat) return proposal;
  const newer = [...new Set(added.match(/\b_?Py\w+\b/g) ?? [])].find(name => {
    const since = apiFact(name)?.since ?? null;
    return since !== null && since !== '' && !olderThan313(since) && !known(name) && !text.includes(name);
  });
  if (newer !== undefined && !/CRITICAL_SECTION|CriticalSection/.test(newer))
    return { ...proposal, title: `${title}, for which older Pythons need pythoncapi_compat.h`, safety: 'suggested' };
  if (!added.includes('Py_BEGIN_CRITICAL_SECTION(') || known('Py_BEGIN_CRITICAL_SECTION')) return proposal;
  return withGuard(request, proposal, SHIM);
}

/** The proposal with a stand-in for what older Pythons lack, in the file that says it to others when there is one. */
function withGuard(request: FixRequest, proposal: Proposed, shim: readonly string[]): Proposal {
  const { elsewhere = [] } = proposal;
  const says = ({ edits }: Pick<FileEdits, 'edits'>): boolean => edits.some(edit => edit.text.includes('extern '));
  const told = says(proposal) ? undefined : elsewhere.find(says);
  const text = (told === undefined ? request.syntax : request.syntaxOf(told.file))?.lens.original ?? '';
  const at = behindIncludes(text);
  if (at === null)
    return { title: proposal.title, reason: 'Older Pythons lack what it needs, and there is no place for a guard.' };
  const guard = new Edits(text);
  guard.insert(at, `\n${shim.join('\n')}`);
  for (const { span, text: part } of (told ?? proposal).edits) guard.replace(span, part);
  const edits = guard.build();
  if (told === undefined) return { ...proposal, edits };
  return { ...proposal, elsewhere: elsewhere.map(one => (one === told ? { ...told, edits } : one)) };
}

/** The end of the last line of the first block of includes, conditional ones among them, inside of an include guard. */
export function behindIncludes(text: string): number | null {
  let at: number | null = null;
  let depth = 0;
  /** Of the first include: a guard may stand around the whole file. */
  let base = Number.POSITIVE_INFINITY;
  let includes = false;
  for (const match of text.matchAll(/^[^\n]*/gm)) {
    const directive = /^[ \t]*#[ \t]*(\w+)/.exec(match[0])?.[1];
    const end = match.index + match[0].trimEnd().length;
    if (directive === undefined) {
      const code = !/^\s*(?:$|\/[*/]|\*)/.test(match[0]);
      if (code && depth <= base && at !== null) break;
    } else if (directive.startsWith('if')) {
      if (depth++ <= base) includes = false;
    } else if (directive === 'endif') {
      depth--;
      if (includes && depth <= base) [at, base] = [end, depth];
    } else if (directive === 'include') {
      includes = true;
      base = Math.min(base, depth);
      if (depth === base) at = end;
    }
  }
  return at;
}

export function olderThan313(version: string): boolean {
  return olderThan(version, 13);
}

function olderThan(version: string, threeDot: number): boolean {
  const [major = 3, minor = 0] = version.split('.').map(Number);
  return major < 3 || (major === 3 && minor < threeDot);
}
