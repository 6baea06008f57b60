/** Helpers that look into an object for their callers: the object is locked where they are called, around all of those calls. */

import type { Access } from '../analysis/accesses.ts';
import { parameterOf } from '../analysis/paths.ts';
import { isMemoryPointer } from '../rules/support/memory-fields.ts';
import { flaggedAccess } from './critical-section.ts';
import { Edits } from './edits.ts';
import { lockNodes } from './locked-steps.ts';
import { section } from './locks.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { isPythonObject, named } from './objects.ts';
import type { FixSite } from './site.ts';
import { companions } from './together.ts';

export const lockHelpers: Technique = site => {
  const [step = -1] = site.finding.site.steps;
  const use = flaggedAccess(site) === null ? usedBy(site, step) : null;
  if (use === null) return [];
  return [attempt(`Lock the object around the use of \`${use.access.name}\``, () => rewrite(site, step, use))];
};

interface HelperUse {
  /** Which argument of the call is the object. */
  readonly argument: number;
  /** The helper's. */
  readonly access: Access;
}

/** What the helper that the step calls reads of memory that one of its parameters has. */
function usedBy(site: FixSite, step: number): HelperUse | null {
  const helper = site.extension.calleeOf(site.view, step);
  if (helper === undefined) return null;
  for (const access of site.extension.accesses.ofFunction(helper)) {
    const argument = parameterOf(access.base);
    if (argument !== null && access.kind === 'read' && isMemoryPointer(site.extension, access))
      return { argument, access };
  }
  return null;
}

function rewrite(site: FixSite, step: number, { argument, access }: HelperUse): Proposed {
  const { view, extension } = site;
  const helper = extension.calleeOf(view, step);
  // A lock that it waits for would give up the one around it.
  if (helper !== undefined && helper.stepsOf('acquire').length > 0)
    throw new CannotFix(`\`${helper.name}\` takes a lock itself: what it uses of this object belongs under that.`);
  const given = argumentAt(site, step, argument);
  if (given === undefined) throw new CannotFix('The object has no simple name here.');
  const object = named(site, given, step);
  if (!isPythonObject(site, object.type)) throw new CannotFix(`\`${object.written}\` is no Python object.`);
  const path = view.path(given, step);
  const calls = site.body.steps.flatMap((_, index) => {
    const use = usedBy(site, index);
    const own = use?.access.key === access.key ? argumentAt(site, index, use.argument) : undefined;
    return own !== undefined && view.path(own, index) === path ? [index] : [];
  });
  const direct = extension.accesses.ofFunction(view).filter(one => one.key === access.key && one.base === path);
  const beside = companions(site, access, path);
  const steps = [...new Set([step, ...calls, ...direct.map(one => one.step), ...beside])];
  const edits = new Edits(site.text);
  const lock = { ...section(object.written, site), local: object.local };
  lockNodes(
    site,
    edits,
    lock,
    object,
    steps.map(one => site.nodeOfStep(one)),
    true,
  );
  return { title: `Lock \`${lock.of}\` around the use of \`${access.name}\``, safety: 'safe', edits: edits.build() };
}

function argumentAt(site: FixSite, step: number, argument: number) {
  const op = site.view.op(step);
  return op?.kind === 'call' ? op.args[argument] : undefined;
}
