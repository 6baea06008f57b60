/** Declarations in a stretch of code whose names are used behind it: they move out when a scope is put around the stretch. */
import type { Edits } from './edits.ts';
import type { Region } from './region.ts';
import type { FixSite } from './site.ts';

interface Declared {
  readonly node: number;
  readonly names: readonly string[];
}

/** Declarations of the region whose names are used behind it. */
function declaredForLater(site: FixSite, { block, first, last }: Region): Declared[] {
  const members = site.members(block);
  const later = members.slice(last + 1);
  return members.slice(first, last + 1).flatMap(node => {
    if (site.source.kind(node) !== 'declaration') return [];
    const names = declaratorsOf(site, node).map(declarator => nameOf(site, declarator));
    return names.some(name => later.some(member => site.mentions(member, name).length > 0)) ? [{ node, names }] : [];
  });
}

/** What the region declares for later can be declared before it. */
export function hoistable(site: FixSite, region: Region): boolean {
  return declaredForLater(site, region).every(({ node, names }) => {
    const [declarator] = declaratorsOf(site, node);
    if (declarator === undefined || names.length !== 1 || /^(?:static|auto|extern)\b/.test(site.writtenOf(node)))
      return false;
    const inner = site.source.child(declarator, 'declarator');
    const plain = site.source.kind(declarator) === 'init_declarator' ? inner : declarator;
    const value = site.source.child(declarator, 'value');
    if (value >= 0 && site.source.kind(value) === 'initializer_list') return false;
    const local = site.body.locals.find(one => one.name === names[0]);
    return /^[\s*]*\w+$/.test(site.writtenOf(plain)) && local?.type.const !== true;
  });
}

/** Moves declarations out: the lines to put before, with assignments left in their places. */
export function hoist(site: FixSite, edits: Edits, region: Region): string[] {
  return declaredForLater(site, region).map(({ node, names }) => {
    const [declarator = node] = declaratorsOf(site, node);
    const value = site.source.child(declarator, 'value');
    if (value < 0) {
      edits.removeLine(site.spanOf(node));
      return site.writtenOf(node);
    }
    const plain = site.source.child(declarator, 'declarator');
    edits.replace({ start: site.startOf(node), end: site.startOf(value) }, `${names[0]} = `);
    return `${site.written({ start: site.startOf(node), end: site.endOf(plain) })};`;
  });
}

export function declaratorsOf(site: FixSite, declaration: number): number[] {
  return site.source.named(declaration).filter(node => site.source.fieldName(node) === 'declarator');
}

/** The name that a declarator declares. */
export function nameOf(site: FixSite, declarator: number): string {
  let node = declarator;
  for (let inner = node; inner >= 0; inner = site.source.child(node, 'declarator')) node = inner;
  return site.source.textOf(node);
}
