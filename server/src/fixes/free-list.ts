/**
 * A free list left out of free-threaded builds: their allocator keeps memory for each thread, and a list that all threads share
 * would need a lock that costs more than it saves. Every `if` of the file that takes from the list or puts into it goes.
 */
import type { Access } from '../analysis/accesses.ts';
import type { Span } from '../program/model.ts';
import { freeListRole } from '../rules/support/free-lists.ts';
import { variableOf } from '../rules/support/globals.ts';
import { Edits } from './edits.ts';
import { GIL_ONLY, GIL_ONLY_END, leaveOutLines, openLines } from './gil-only.ts';
import { declarationOf } from './globals.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { FixSite } from './site.ts';

export const leaveOut: Technique = site => {
  const title = 'Leave the free list out of free-threaded builds';
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const edits = new Edits(site.text);
  const keys = keysOfList(site);
  const guarded: Span[] = [];
  const names = new Set<string>();
  for (const view of site.extension.functions) {
    const uses = site.extension.accesses
      .ofFunction(view)
      .filter(one => one.concurrent && keys.has(one.key) && freeListRole(site.extension, one) !== null);
    if (uses.length === 0) continue;
    const other = view.unit.file === site.view.unit.file ? FixSite.ofView(site.request, view) : null;
    if (other === null) throw new CannotFix(`\`${view.name}\` uses the list too, in another file.`);
    const statement = statementOf(other, uses);
    guarded.push(other.spanOf(statement));
    guard(other, edits, statement);
    if (view !== site.view) names.add(`\`${view.name}\``);
  }
  for (const span of together(
    site.text,
    [...keys].flatMap(key => declarationAlone(site, key, guarded) ?? []),
  )) {
    edits.insert(span.start, `${GIL_ONLY}\n`);
    edits.insert(span.end, `\n${GIL_ONLY_END}`);
  }
  const where = names.size > 0 ? `, and in ${[...names].join(' and ')}` : '';
  return { title: `${title}${where}`, safety: 'safe', edits: edits.build() };
}

/** The list and its fill level: what is used together in any function that uses one of them. */
export function keysOfList(site: FixSite): Set<string> {
  const keys = new Set<string>();
  for (const step of site.finding.site.steps) {
    for (const one of site.extension.accesses.ofFunction(site.view)) if (one.step === step) keys.add(one.key);
  }
  for (let before = -1; before !== keys.size; ) {
    before = keys.size;
    for (const view of site.extension.functions) {
      const own = site.extension.accesses.ofFunction(view).filter(one => freeListRole(site.extension, one) !== null);
      if (own.some(one => keys.has(one.key))) for (const one of own) keys.add(one.key);
    }
  }
  return keys;
}

/** The one `if` that asks about the list and uses it, and does nothing else with it in another branch. */
function statementOf(site: FixSite, uses: readonly Access[]): number {
  const { source } = site;
  const refusal = `\`${site.body.name}\` does not use the list inside of one \`if\`.`;
  const nodes = uses.map(one => site.nodeOfStep(one.step));
  const statement = [...site.ancestors(nodes[0] ?? site.block)].findLast(
    node => source.kind(node) === 'if_statement' && nodes.every(use => isInside(site, use, node)),
  );
  if (statement === undefined || !site.isList(source.parent(statement))) throw new CannotFix(refusal);
  const [condition, otherwise] = [source.child(statement, 'condition'), source.child(statement, 'alternative')];
  if (!nodes.some(use => isInside(site, use, condition))) throw new CannotFix(refusal);
  if (otherwise >= 0 && nodes.some(use => isInside(site, use, otherwise))) throw new CannotFix(refusal);
  return statement;
}

function isInside(site: FixSite, node: number, outer: number): boolean {
  return site.startOf(outer) <= site.startOf(node) && site.endOf(node) <= site.endOf(outer);
}

function guard(site: FixSite, edits: Edits, statement: number): void {
  const { source, text } = site;
  const start = site.startOf(statement);
  const otherwise = source.child(statement, 'alternative');
  if (otherwise < 0) return leaveOutLines(site, edits, site.spanOf(statement));
  openLines(site, edits, start);
  // `else {`: the `else` belongs to what is left out, its block stays.
  const body = source.named(otherwise).at(-1) ?? -1;
  const indent = edits.indentAt(start);
  const inner = source.kind(body) === 'compound_statement' ? indent : edits.indentAt(site.startOf(body));
  const before = text.slice(0, site.startOf(body)).trimEnd().length;
  if (!text.slice(0, before).endsWith('else')) throw new CannotFix('A comment stands behind the `else`.');
  edits.replace({ start: before, end: site.startOf(body) }, `\n${GIL_ONLY_END}\n${inner}`);
}

/** The declaration of a variable that nothing else speaks of, with a comment behind it. */
function declarationAlone(site: FixSite, key: string, guarded: readonly Span[]): Span | null {
  const [access] = site.extension.accesses.of(key);
  const variable = access === undefined || access.struct !== null ? null : variableOf(access);
  if (variable === null || variable.inFunction !== null || variable.storage !== 'static') return null;
  const { declaration, name } = declarationOf(site, variable);
  const elsewhere = [...site.text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].some(({ index }) =>
    [...guarded, declaration].every(span => index < span.start || index >= span.end),
  );
  if (elsewhere || site.text.slice(declaration.start - 1, declaration.start).trim() !== '') return null;
  return { start: declaration.start, end: new Edits(site.text).behindComment(declaration.end) };
}

/** Declarations on lines that follow each other are left out as one. */
function together(text: string, spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last !== undefined && /^\r?\n$/.test(text.slice(last.end, span.start)))
      out.splice(-1, 1, { start: last.start, end: span.end });
    else out.push(span);
  }
  return out;
}
