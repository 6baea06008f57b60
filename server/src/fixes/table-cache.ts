/**
 * A static table of objects whose entries make room for newer ones, filled only by builds with the GIL: without it the table
 * keeps what it began with, which its readers met on their first call already. A cache that nobody fills only costs its gain.
 */
import type { Access } from '../analysis/accesses.ts';
import { isNull } from '../program/values.ts';
import { variableOf } from '../rules/support/globals.ts';
import { Edits } from './edits.ts';
import { leaveOutLines } from './gil-only.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { type Region, spanOfRegion } from './region.ts';
import { FixSite } from './site.ts';

export const fillWithGilOnly: Technique = site => {
  const access = site.finding.site.steps
    .map(step => site.extension.accesses.at(site.view, step))
    .find(one => one !== undefined && variableOf(one)?.type.array === true);
  const name = access === undefined ? undefined : nameOf(access);
  if (access === undefined || name === undefined) return [];
  const title = `Fill \`${name}\` only in builds with the GIL`;
  return [attempt(title, () => rewrite(site, access, name, title))];
};

function nameOf(access: Access): string | undefined {
  return variableOf(access)?.name.replace(/^.*[.:]/, '');
}

function rewrite(site: FixSite, access: Access, name: string, title: string): Proposed {
  const variable = variableOf(access);
  const edits = new Edits(site.text);
  const also: string[] = [];
  for (const view of site.extension.functions) {
    const stores = site.extension.accesses
      .ofFunction(view)
      .filter(one => one.kind !== 'read' && one.concurrent && variableOf(one)?.span.start === variable?.span.start)
      .filter(one => nameOf(one) === name && !empties(one));
    if (stores.length === 0) continue;
    const other = view.unit.file === site.view.unit.file ? FixSite.ofView(site.request, view) : null;
    if (other === null) throw new CannotFix(`\`${view.name}\` fills it too, in another file.`);
    leaveOutLines(other, edits, spanOfRegion(other, replacement(other, stores, name)));
    if (view !== site.view) also.push(`\`${view.name}\``);
  }
  const where = also.length > 0 ? `, and in ${also.join(' and ')}` : '';
  return { title: title + where, safety: 'suggested', edits: edits.build() };
}

/** Only what was there goes. */
function empties({ function: view, step }: Access): boolean {
  const op = view.op(step);
  return op?.kind === 'store' && isNull(op.value);
}

const REFERENCE = /^Py_X?(?:INCREF|DECREF)\s*\(\s*(?:\(PyObject \*\)\s*)?([^;]*?)\s*\)\s*;$/;

/** The stores into one entry, with what counts the references of the old and the new object beside them. */
function replacement(site: FixSite, stores: readonly Access[], name: string): Region {
  const { source } = site;
  const members = stores.map(one => site.memberOf(site.nodeOfStep(one.step)));
  const block = source.parent(members[0] ?? site.block);
  const list = site.members(block);
  const belongs = (member: number | undefined): boolean =>
    member !== undefined &&
    source.kind(member) === 'expression_statement' &&
    (storesInto(site, member, name) || REFERENCE.test(source.textOf(member)));
  let first = list.indexOf(members[0] ?? -1);
  if (first < 0 || members.some(one => !list.includes(one)))
    throw new CannotFix(`\`${site.body.name}\` fills it in several places.`);
  let last = first;
  while (belongs(list[first - 1])) first--;
  while (belongs(list[last + 1])) last++;
  const region = { block, first, last };
  if (members.some(one => list.indexOf(one) < first || list.indexOf(one) > last || !belongs(one)))
    throw new CannotFix(`\`${site.body.name}\` fills it in the middle of something else.`);
  checkReferences(site, list.slice(first, last + 1), name);
  checkStillUsed(site, region);
  return region;
}

function storesInto(site: FixSite, member: number, name: string): boolean {
  const { source } = site;
  const assignment = source.firstNamed(member);
  return (
    source.kind(assignment) === 'assignment_expression' &&
    new RegExp(`^${name}\\s*\\[`).test(source.textOf(source.child(assignment, 'left')))
  );
}

/** The table's reference is one that was taken for it, so nothing leaks without; what it stores is what it hands out, as caches do. */
function checkReferences(site: FixSite, members: readonly number[], name: string): void {
  const { source } = site;
  const taken = members.flatMap(member => /^Py_X?INCREF\s*\(\s*(\w+)\s*\)/.exec(source.textOf(member))?.[1] ?? []);
  const stored = members
    .filter(member => storesInto(site, member, name))
    .map(member => source.textOf(source.child(source.firstNamed(member), 'right')));
  const own = stored.filter(
    value => taken.includes(value) || /^(?:\(\s*\w+\s*\*\s*\)\s*)?Py_X?NewRef\s*\(/.test(value),
  );
  if (own.length === 0 || taken.some(value => !stored.includes(value)))
    throw new CannotFix(`\`${site.body.name}\` gives its own reference to the table.`);
  const returned = site.nodes(site.block, 'return_statement').flatMap(node => site.nodes(node, 'identifier'));
  const handedOut = new Set(returned.map(node => source.textOf(node)));
  if (!own.some(value => value.match(/\w+/g)?.some(word => handedOut.has(word))))
    throw new CannotFix(`\`${site.body.name}\` hands out something else than it stores: the table may be no cache.`);
}

/** A local that nothing else uses would be a warning of the compiler. */
function checkStillUsed(site: FixSite, region: Region): void {
  const span = spanOfRegion(site, region);
  for (const { name } of site.body.locals) {
    const uses = name === '' ? [] : site.mentions(site.block, name);
    const inside = uses.filter(node => span.start <= site.startOf(node) && site.startOf(node) < span.end);
    const declared = uses.filter(node => isDeclared(site, node));
    if (inside.length > 0 && uses.length - inside.length - declared.length === 0)
      throw new CannotFix(`Nothing else uses \`${name}\`.`);
  }
}

function isDeclared(site: FixSite, node: number): boolean {
  return /declarat/.test(site.source.kind(site.source.parent(node)));
}
