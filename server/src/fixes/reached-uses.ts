/** Uses of a value, not of another one that its variable gets later. */
import type { FixSite } from './site.ts';

/**
 * Uses of what was taken, not of another value that the variable got later: up to a store in the same list, and behind any
 * other store only those that the value of the step reaches.
 */
export function reachedUses(
  site: FixSite,
  step: number,
  block: number,
  index: number,
  name: string,
  uses: readonly number[],
): number[] {
  const stores = storesOf(site, name);
  const members = site.members(block).slice(index + 1);
  const next = members.find(member => stores.some(store => site.source.parent(store) === member));
  const limit = next === undefined ? Number.POSITIVE_INFINITY : site.startOf(next);
  const near = uses.filter(use => site.startOf(use) < limit);
  const reached = site.view.usesOf(step).map(use => site.view.spanOf(use.step));
  const start = site.view.spanOf(step).end;
  return near.filter(use => {
    const at = site.startOf(use);
    const overwritten = stores.some(store => start < site.startOf(store) && site.startOf(store) <= at);
    if (!overwritten || isInside(site, use, block)) return true;
    return reached.some(span => span.start <= at && at < span.end);
  });
}

/** Assignments to the variable that do not read it. */
function storesOf(site: FixSite, name: string): number[] {
  const { source } = site;
  return site
    .nodes(site.block, 'assignment_expression')
    .filter(
      node =>
        source.textOf(source.child(node, 'left')) === name &&
        site.mentions(source.child(node, 'right'), name).length === 0,
    );
}

function isInside(site: FixSite, node: number, block: number): boolean {
  return [...site.ancestors(node)].includes(block);
}
