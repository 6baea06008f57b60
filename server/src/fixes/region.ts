/** Stretches of sibling statements that can be put between two macros which open and close a scope. */
import type { Span } from '../program/model.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

/** Members `first` to `last` of a block's list. */
export interface Region {
  readonly block: number;
  readonly first: number;
  readonly last: number;
}

export function spanOfRegion(site: FixSite, { block, first, last }: Region): Span {
  const members = site.members(block);
  const from = members[first];
  const to = members[last];
  if (from === undefined || to === undefined) throw new CannotFix('The statement could not be found.');
  return { start: site.startOf(from), end: site.endOf(to) };
}

/** The smallest region that has all the nodes. */
export function regionAround(site: FixSite, nodes: readonly number[]): Region {
  const chains = nodes.map(node => [...site.ancestors(node)].reverse());
  let block = site.block;
  const [chain = []] = chains;
  chain.forEach((node, depth) => {
    if (site.isList(node) && chains.every(other => other[depth] === node && other.length > depth + 1)) block = node;
  });
  const members = site.members(block);
  const indexes = chains.map(other => members.findIndex(member => other.includes(member)));
  if (indexes.length === 0 || indexes.some(index => index < 0)) throw new CannotFix('The place is not in a statement.');
  return balanced(site, { block, first: Math.min(...indexes), last: Math.max(...indexes) });
}

/** From the region's first top-level statement to the end of the function. */
export function tailFrom(site: FixSite, region: Region): Region {
  const at = site.members(region.block)[region.first];
  const members = site.members(site.block);
  const chain = at === undefined ? [] : [...site.ancestors(at)];
  const first = members.findIndex(member => chain.includes(member));
  return balanced(site, { block: site.block, first: Math.max(first, 0), last: members.length - 1 });
}

const OPENS = /(?:^|_)BEGIN_|_BLOCK_THREADS|^PyMutex_Lock$|SaveThread$/;
const CLOSES = /(?:^|_)END_|_UNBLOCK_THREADS|^PyMutex_Unlock$|RestoreThread$/;

/** Grows until every pair of macros that begins or ends in it does both. */
export function balanced(site: FixSite, region: Region): Region {
  const members = site.members(region.block);
  let { first, last } = region;
  for (let depth = pairDepth(site, members.slice(first, last + 1)); depth.open > 0 || depth.closed > 0; ) {
    if (depth.open > 0) {
      if (last + 1 >= members.length) throw new CannotFix('A scope that begins there ends somewhere else.');
      last++;
    } else {
      if (first === 0) throw new CannotFix('A scope that ends there begins somewhere else.');
      first--;
    }
    depth = pairDepth(site, members.slice(first, last + 1));
  }
  return { block: region.block, first, last };
}

/** Pairs left open, and closings without their opening, among the statements of one list. */
function pairDepth(site: FixSite, members: readonly number[]): { open: number; closed: number } {
  let open = 0;
  let closed = 0;
  for (const member of members) {
    const word = macroOf(site, member);
    if (OPENS.test(word)) open++;
    else if (CLOSES.test(word)) {
      if (open > 0) open--;
      else closed++;
    }
  }
  return { open, closed };
}

/** The macro or function that an expression statement is nothing but a call of. */
export function macroOf(site: FixSite, member: number): string {
  if (site.source.kind(member) !== 'expression_statement') return '';
  return /^(\w+)\s*(?:\(|;|$)/.exec(site.source.originalOf(member))?.[1] ?? '';
}

/** Inside a critical section of the function, or around one. */
export function meetsSection(site: FixSite, span: Span): boolean {
  return site.stepsIn(span).some(step => {
    const op = site.view.op(step);
    if (op?.kind === 'acquire' && op.lock.kind === 'critical-section') return true;
    return site.view.semantics.locks.heldAt(step).some(lock => lock.kind === 'critical-section');
  });
}

/**
 * The statements that begin and end the critical section on one object around the region, as members of one list. Null: there
 * is none of that form.
 */
export function sectionAround(site: FixSite, region: Region): { readonly begin: number; readonly end: number } | null {
  const inner = site.members(region.block)[region.first] ?? -1;
  for (const node of site.ancestors(inner)) {
    const list = site.source.parent(node);
    if (list < 0 || !site.isList(list)) continue;
    const members = site.members(list);
    const at = members.indexOf(node);
    const begin = members.findLastIndex((one, index) => index < at && /_CRITICAL_SECTION/.test(macroOf(site, one)));
    const end = members.findIndex((one, index) => index > at && /_CRITICAL_SECTION/.test(macroOf(site, one)));
    const [first, last] = [members[begin], members[end]];
    if (first === undefined || last === undefined) continue;
    const pair =
      macroOf(site, first) === 'Py_BEGIN_CRITICAL_SECTION' && macroOf(site, last) === 'Py_END_CRITICAL_SECTION';
    return pair ? { begin: first, end: last } : null;
  }
  return null;
}
