/** What the facts say about a name of the C API, for the pointer resting on it. */
import { type ApiFact, apiFact, type Suspends } from '../capi/facts.ts';
import type { HoverText } from './service.ts';

export function hoverAt(text: string, offset: number): HoverText | null {
  const span = wordAt(text, offset);
  if (span === null || !isCode(text, span.start)) return null;
  const fact = apiFact(text.slice(span.start, span.end));
  return fact === undefined ? null : { span, markdown: describe(fact) };
}

const OWNER: Readonly<Record<NonNullable<ApiFact['borrowOwner']>, string>> = {
  mutable: 'a container that other threads can change: the object may die at any moment',
  weak: 'nobody: a weak reference keeps nothing alive',
  immutable: 'an immutable object: it lives as long as its owner',
  fixed: 'a structure that does not change',
  other: 'somebody else',
};

const SUSPENDS: Readonly<Record<Suspends, string>> = {
  no: 'Does not suspend critical sections.',
  python: 'May run Python code: open critical sections are suspended meanwhile.',
  blocks: 'May block or detach: open critical sections are suspended meanwhile.',
  lock: 'Takes a lock: open critical sections may be suspended when another thread holds it.',
  unknown: 'Not known whether it suspends critical sections.',
};

function describe(fact: ApiFact): string {
  const lines: string[] = [];
  if (fact.returns === 'new') lines.push('Returns a **new reference**.');
  if (fact.returns === 'borrowed') {
    const whose = fact.borrowOwner === null ? '' : `, kept alive by ${OWNER[fact.borrowOwner]}`;
    lines.push(`Returns a **borrowed reference**${whose}.`);
  }
  if (fact.outNew.length > 0) lines.push(`Stores a new reference through argument ${places(fact.outNew)}.`);
  if (fact.outBorrowed.length > 0)
    lines.push(`Stores a borrowed reference through argument ${places(fact.outBorrowed)}.`);
  if (fact.steals.length > 0) lines.push(`**Steals** the reference in argument ${places(fact.steals)}.`);
  if (fact.replacement !== null) {
    const { name, since, compat } = fact.replacement;
    const when = since === null ? '' : ` (Python ${since}${compat ? '; earlier with pythoncapi-compat' : ''})`;
    lines.push(`Without the GIL use \`${name}\`${when}.`);
  }
  lines.push(fact.locking === null ? '' : `Locking: ${fact.locking.replace(/\.?$/, '.')}`);
  lines.push(SUSPENDS[fact.suspends]);
  if (fact.bypassesLocking) lines.push("Touches the object's memory **without its lock**.");
  if (fact.blocksAttached) lines.push('Blocks the thread **without detaching** its thread state.');
  if (fact.interior !== null) {
    const moves = fact.interior.mutable ? ', which other threads can free or move' : '';
    lines.push(`Returns a pointer into argument ${fact.interior.arg + 1}${moves}.`);
  }
  lines.push(
    fact.level === null ? 'Documented thread safety: undocumented.' : `Documented thread safety: *${fact.level}*.`,
  );
  const history = [
    fact.since === null ? null : `since Python ${fact.since}`,
    fact.removedIn === null ? null : `removed in ${fact.removedIn}`,
    fact.compat ? 'in pythoncapi-compat' : null,
  ].filter(entry => entry !== null);
  const title = `**${fact.name}**${fact.macro ? ' (macro)' : ''}${history.length > 0 ? ` · ${history.join(', ')}` : ''}`;
  return [title, '', ...lines.filter(line => line !== '')].join('\n\n').replace(/\n{3,}/g, '\n\n');
}

function places(indexes: readonly number[]): string {
  return indexes.map(index => index + 1).join(' and ');
}

function wordAt(text: string, offset: number): { start: number; end: number } | null {
  let start = offset;
  let end = offset;
  while (start > 0 && /\w/.test(text[start - 1] ?? '')) start--;
  while (end < text.length && /\w/.test(text[end] ?? '')) end++;
  return start === end ? null : { start, end };
}

const NO_CODE = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/g;

/** False in comments and strings. */
function isCode(text: string, offset: number): boolean {
  for (const match of text.matchAll(NO_CODE)) {
    if (match.index > offset) return true;
    if (offset < match.index + match[0].length) return false;
  }
  return true;
}
