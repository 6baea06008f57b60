/** A lock around some steps of a function: one stretch where that will do, else a stretch for each of them. */
import { bracket } from './bracket.ts';
import type { Edits } from './edits.ts';
import { withFollowers } from './followers.ts';
import type { LockChoice } from './locks.ts';
import { CannotFix } from './model.ts';
import { checkSame, type NamedObject } from './objects.ts';
import { meetsSection, type Region, regionAround, spanOfRegion } from './region.ts';
import { addToSection } from './second-object.ts';
import type { FixSite } from './site.ts';
import { runsPython } from './together.ts';

/**
 * Locks from the first of the nodes to the last, or each on its own when Python code runs in between. `steady`: what is looked
 * at is worth nothing once the lock has been suspended.
 */
export function lockNodes(
  site: FixSite,
  edits: Edits,
  lock: LockChoice,
  object: NamedObject | null,
  nodes: readonly number[],
  steady = false,
): void {
  const all = regionAround(site, withPointers(site, nodes));
  if (steady && runsPythonIn(site, all))
    throw new CannotFix('Python code may run there, which suspends the lock: copy what is needed first.');
  if (isClear(site, lock, all)) return lockRegion(site, edits, lock, object, all);
  const apart = nodes.map(node => regionAround(site, withPointers(site, [node])));
  const distinct = apart.filter((one, index) => apart.findIndex(other => overlap(site, one, other)) === index);
  if (distinct.length < 2 || distinct.some(one => !isClear(site, lock, one)))
    throw new CannotFix(`Python code may run there, and would find \`${lock.of}\` locked.`);
  for (const region of distinct) lockRegion(site, edits, lock, object, region);
}

/** What a call hands out may point into what is locked. */
function withPointers(site: FixSite, nodes: readonly number[]): number[] {
  return [...nodes, ...withFollowers(site, nodes).nodes];
}

function lockRegion(site: FixSite, edits: Edits, lock: LockChoice, object: NamedObject | null, region: Region): void {
  if (object !== null) checkSame(site, object, region);
  if (lock.kind === 'critical-section' && meetsSection(site, spanOfRegion(site, region)))
    return addToSection(site, edits, region, lock);
  bracket(site, edits, region, lock);
}

/** A mutex is kept while Python code runs; a section is not, so that its steps may be suspended but never deadlock. */
function isClear(site: FixSite, lock: LockChoice, region: Region): boolean {
  return lock.kind !== 'mutex' || !runsPythonIn(site, region);
}

function runsPythonIn(site: FixSite, region: Region): boolean {
  return site.stepsIn(spanOfRegion(site, region)).some(step => runsPython(site, step));
}

function overlap(site: FixSite, a: Region, b: Region): boolean {
  const [one, other] = [spanOfRegion(site, a), spanOfRegion(site, b)];
  return one.start < other.end && other.start < one.end;
}
