/** A second object for a critical section that is there already: one section on two objects, never one inside of another. */
import type { Edits } from './edits.ts';
import type { LockChoice } from './locks.ts';
import { CannotFix } from './model.ts';
import { type Region, sectionAround } from './region.ts';
import type { FixSite } from './site.ts';

/** Throws when the section around the region has another form, or the object is not known yet where it begins. */
export function addToSection(site: FixSite, edits: Edits, region: Region, lock: LockChoice): void {
  const around = sectionAround(site, region);
  const operand = around === null ? undefined : /\(([\s\S]*)\)/.exec(site.writtenOf(around.begin))?.[1]?.trim();
  if (around === null || operand === undefined)
    throw new CannotFix('There is a critical section already; a second one inside would let go of it.');
  lockBoth(site, edits, around, operand, lock);
}

/** The section that begins and ends with these statements, on one object so far. */
export function lockBoth(
  site: FixSite,
  edits: Edits,
  around: { readonly begin: number; readonly end: number },
  operand: string,
  lock: Pick<LockChoice, 'of' | 'local'>,
): void {
  const local = lock.local === null ? undefined : site.body.locals[lock.local];
  if (local === undefined || lock.of !== local.name)
    throw new CannotFix(`\`${lock.of}\` may not be known yet where the critical section begins.`);
  if (!local.parameter && !isSetBefore(site, lock.local ?? -1, site.startOf(around.begin)))
    throw new CannotFix(`\`${lock.of}\` is not known yet where the critical section begins.`);
  edits.replace(site.spanOf(around.begin), `Py_BEGIN_CRITICAL_SECTION2(${operand}, ${lock.of});`);
  edits.replace(site.spanOf(around.end), 'Py_END_CRITICAL_SECTION2();');
}

/** All stores to the local stand before the offset. */
function isSetBefore(site: FixSite, local: number, offset: number): boolean {
  const stores = site.body.steps.flatMap(({ op }, step) =>
    op.kind === 'store' && op.place.kind === 'local' && op.place.local === local ? [site.view.spanOf(step).start] : [],
  );
  return stores.length > 0 && stores.every(start => start < offset);
}
