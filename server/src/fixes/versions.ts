/** Fixes in projects that also build for Pythons before 3.13: guarded, or left to a decision when there is no simple guard. */
import { apiFact } from '../capi/facts.ts';
import { supportsOlderPythons } from '../rules/support/modules.ts';
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
  if (!isProposed(proposal) || !olderThan313(settings.minimumPython) || !supportsOlderPythons(extension))
    return proposal;
  const { title, edits } = proposal;
  const added = edits.map(edit => edit.text).join('\n');
  const text = syntax.lens.original;
  const known = (name: string): boolean =>
    extension.units.some(
      unit => unit.otherwiseDefined.includes(name) || unit.macros.some(macro => macro.name === name),
    );
  if (/\bPyMutex\b/.test(added) && !known('PyMutex_Lock') && !/\bPyMutex\b/.test(text))
    return withMutexShim(proposal, text, behindIncludes(text));
  if (settings.compat) return proposal;
  const newer = [...new Set(added.match(/\b_?Py\w+(?=\()/g) ?? [])].find(name => {
    const since = apiFact(name)?.since ?? null;
    return since !== null && since !== '' && !olderThan313(since) && !known(name) && !text.includes(name);
  });
  if (newer !== undefined && !newer.includes('CRITICAL_SECTION'))
    return { ...proposal, title: `${title}, for which older Pythons need pythoncapi_compat.h`, safety: 'suggested' };
  if (!added.includes('Py_BEGIN_CRITICAL_SECTION(') || known('Py_BEGIN_CRITICAL_SECTION')) return proposal;
  const at = behindIncludes(text);
  if (at === null) return { title, reason: 'Older Pythons lack critical sections, and there is no place for a guard.' };
  const guard = new Edits(text);
  guard.insert(at, `\n${SHIM.join('\n')}`);
  for (const { span, text: part } of edits) guard.replace(span, part);
  return { ...proposal, edits: guard.build() };
}

/** Also around code that lets other threads run, where a GIL is no lock either: older Pythons stay as they were. */
function withMutexShim(proposal: Proposed, text: string, at: number | null): Proposal {
  if (at === null)
    return { title: proposal.title, reason: 'Older Pythons lack PyMutex, and there is no place for a guard.' };
  const guard = new Edits(text);
  guard.insert(at, `\n${MUTEX_SHIM.join('\n')}`);
  for (const { span, text: part } of proposal.edits) guard.replace(span, part);
  return { ...proposal, edits: guard.build() };
}

/** The end of the last line of the first block of includes, conditional ones among them. */
export function behindIncludes(text: string): number | null {
  let at: number | null = null;
  let depth = 0;
  let includes = false;
  for (const match of text.matchAll(/^[^\n]*/gm)) {
    const directive = /^[ \t]*#[ \t]*(\w+)/.exec(match[0])?.[1];
    const end = match.index + match[0].trimEnd().length;
    if (directive === undefined) {
      const code = !/^\s*(?:$|\/[*/]|\*)/.test(match[0]);
      if (code && depth === 0 && at !== null) break;
    } else if (directive.startsWith('if')) {
      if (depth++ === 0) includes = false;
    } else if (directive === 'endif') {
      if (--depth === 0 && includes) at = end;
    } else if (directive === 'include') {
      includes = true;
      if (depth === 0) at = end;
    }
  }
  return at;
}

export function olderThan313(version: string): boolean {
  const [major = 3, minor = 0] = version.split('.').map(Number);
  return major < 3 || (major === 3 && minor < 13);
}
