/** Fixes in projects that also build for Pythons before 3.13: guarded, or left to a decision when there is no simple guard. */
import { apiFact } from '../capi/facts.ts';
import { supportsOlderPythons } from '../rules/support/modules.ts';
import { Edits } from './edits.ts';
import { type FixRequest, isProposed, type Proposal } from './model.ts';

/** What pythoncapi-compat defines too: under a GIL a section is nothing but a scope. */
const SHIM = [
  '',
  '#ifndef Py_BEGIN_CRITICAL_SECTION',
  '#  define Py_BEGIN_CRITICAL_SECTION(op) {',
  '#  define Py_END_CRITICAL_SECTION() }',
  '#endif',
];

export function forOlderPythons(request: FixRequest, proposal: Proposal): Proposal {
  const { extension, settings, syntax } = request;
  if (!isProposed(proposal) || settings.compat || !olderThan313(settings.minimumPython)) return proposal;
  if (!supportsOlderPythons(extension)) return proposal;
  const { title, edits } = proposal;
  const added = edits.map(edit => edit.text).join('\n');
  const text = syntax.lens.original;
  const known = (name: string): boolean =>
    extension.units.some(
      unit => unit.otherwiseDefined.includes(name) || unit.macros.some(macro => macro.name === name),
    );
  if (/\bPyMutex\b|\bPyMutex_/.test(added) && !/\bPyMutex\b/.test(text))
    return { title, reason: 'PyMutex needs Python 3.13, and this project builds for older ones too.' };
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

/** The end of the line of the last include of the first block of them. */
export function behindIncludes(text: string): number | null {
  let at: number | null = null;
  for (const match of text.matchAll(/^[ \t]*#[ \t]*(\w+)[^\n]*/gm)) {
    if (match[1] === 'include') at = match.index + match[0].trimEnd().length;
    else if (at !== null && match[1] !== 'define') break;
  }
  return at;
}

export function olderThan313(version: string): boolean {
  const [major = 3, minor = 0] = version.split('.').map(Number);
  return major < 3 || (major === 3 && minor < 13);
}
