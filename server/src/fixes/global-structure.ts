/** A global list, table or struct under one mutex: all that the function does with it, and the same for who else uses it. */
import type { Access } from '../analysis/accesses.ts';
import { variableOf } from '../rules/support/globals.ts';
import { bracket } from './bracket.ts';
import { Edits } from './edits.ts';
import { declarationOf, mutexBeside } from './globals.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { regionAround, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

export const lockStructure: Technique = site => {
  const access = site.finding.site.steps
    .map(step => site.extension.accesses.at(site.view, step))
    .find(one => one !== undefined && variableOf(one) !== null);
  if (access === undefined) return [];
  const name = variableOf(access)?.name.replace(/^.*[.:]/, '') ?? '';
  const title = `Lock a mutex around the use of \`${name}\``;
  return [attempt(title, () => rewrite(site, access, title))];
};

function rewrite(site: FixSite, access: Access, title: string): Proposed {
  const variable = variableOf(access);
  if (variable === null) throw new CannotFix('The variable could not be found.');
  const edits = new Edits(site.text);
  const lock = mutexBeside(site, edits, access, declarationOf(site, variable));
  const own = site.extension.accesses.ofFunction(site.view).filter(one => variableOf(one)?.name === variable.name);
  const region = regionAround(
    site,
    own.map(one => site.nodeOfStep(one.step)),
  );
  if (site.stepsIn(spanOfRegion(site, region)).some(step => site.view.suspends(step) === 'python'))
    throw new CannotFix(`Python code may run there, and would find \`${lock.of}\` locked.`);
  bracket(site, edits, region, lock);
  return { title: title.replace('a mutex', `\`${lock.of}\``), safety: 'suggested', edits: edits.build() };
}
