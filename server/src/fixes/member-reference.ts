/** A field that Python code may set, used by C code: each use gets a reference of its own, taken under the object's lock. */
import type { Access } from '../analysis/accesses.ts';
import { isMemberUsedUnlocked } from '../rules/support/members.ts';
import { flaggedAccess, safeFirst } from './critical-section.ts';
import { Edits } from './edits.ts';
import { readUnderLock, takeFor } from './field-reference.ts';
import { attempt, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

/** One reference for the whole function where that changes nothing, else one for each use. */
export const readMember: Technique = site => {
  const access = flaggedAccess(site);
  if (access === null) return [];
  const uses = site.extension.accesses
    .ofFunction(site.view)
    .filter(one => one.key === access.key && isMemberUsedUnlocked(site.extension, one));
  const once = readUnderLock(site);
  if (uses.length < 2) return once;
  return safeFirst([
    ...once,
    attempt(`Take a reference for each use of \`${access.name}\``, () => takeEach(site, uses)),
  ]);
};

function takeEach(site: FixSite, uses: readonly Access[]): Proposed {
  const edits = new Edits(site.text);
  const names = new Set<string>();
  const taken = uses.map(use => takeFor(site, edits, [use], names));
  const safety = taken.every(one => one.safety === 'safe') ? 'safe' : 'suggested';
  return { title: `${taken[0]?.title}, for each use`, safety, edits: edits.build() };
}
