/** A field that Python code may set, used by C code: a reference of its own, taken under the object's lock. */
import type { Access } from '../analysis/accesses.ts';
import { isMemberUsedUnlocked } from '../rules/support/members.ts';
import { flaggedAccess, safeFirst } from './critical-section.ts';
import { Edits } from './edits.ts';
import { isLoop, readUnderLock, takeFor } from './field-reference.ts';
import { attempt, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

/** One reference for the whole function where that changes nothing, else a new one in each round of a loop. */
export const readMember: Technique = site => {
  const access = flaggedAccess(site);
  if (access === null) return [];
  const uses = site.extension.accesses
    .ofFunction(site.view)
    .filter(one => one.key === access.key && isMemberUsedUnlocked(site.extension, one));
  const once = readUnderLock(site);
  const groups = byLoop(site, uses);
  if (groups.length < 2 && loopOf(site, access) < 0) return once;
  return safeFirst([...once, attempt(`Take references to \`${access.name}\``, () => takeEach(site, groups))]);
};

function takeEach(site: FixSite, groups: readonly (readonly Access[])[]): Proposed {
  const edits = new Edits(site.text);
  const names = new Set<string>();
  const taken = groups.map(uses => takeFor(site, edits, uses, names));
  const safety = taken.every(one => one.safety === 'safe') ? 'safe' : 'suggested';
  return { title: `${taken[0]?.title}, in each round of the loop`, safety, edits: edits.build() };
}

/** What one round of a loop uses is one object: a test of it holds for what comes behind the test. */
function byLoop(site: FixSite, uses: readonly Access[]): Access[][] {
  const groups = new Map<number, Access[]>();
  for (const use of uses) {
    const loop = loopOf(site, use);
    groups.set(loop, [...(groups.get(loop) ?? []), use]);
  }
  return [...groups.values()];
}

/** The innermost loop whose body has the use; -1 outside of loops. */
function loopOf(site: FixSite, use: Access): number {
  for (const node of site.ancestors(site.nodeOfStep(use.step))) if (isLoop(site, node)) return node;
  return -1;
}
