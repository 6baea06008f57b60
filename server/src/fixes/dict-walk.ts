/** A walk over a dict: under the dict's lock when nothing in the loop can suspend it, else over a copy. */
import { bracket } from './bracket.ts';
import { Edits } from './edits.ts';
import { errorExit } from './error-exit.ts';
import { indentUnit } from './exits.ts';
import { withFollowers } from './followers.ts';
import { section } from './locks.ts';
import { refuseMeasured } from './measured.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { own } from './own.ts';
import { meetsSection, regionAround, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

export const walkUnderLock: Technique = site => {
  const subject = site.finding.subject;
  return [
    attempt(`Lock \`${subject}\` around the loop`, () => lockLoop(site)),
    attempt(`Walk over a copy of \`${subject}\``, () => walkCopy(site)),
  ];
};

interface Walk {
  readonly loop: number;
  readonly dict: number;
}

function walkOf(site: FixSite): Walk {
  const { source } = site;
  const step = site.finding.site.steps[0] ?? -1;
  const call = site.callOfStep(step);
  const dict = call < 0 ? -1 : source.firstNamed(source.child(call, 'arguments'));
  const loop = [...site.ancestors(call)].find(node => /^(?:while|for|do)_statement$/.test(source.kind(node))) ?? -1;
  if (loop < 0 || dict < 0 || !site.isList(source.parent(loop)))
    throw new CannotFix('The walk is not a loop of its own.');
  if (!/^[\w>.()* -]+$/.test(source.textOf(dict)) || /\w\s*\(/.test(source.textOf(dict)))
    throw new CannotFix('The dict has no simple name here.');
  return { loop, dict };
}

function lockLoop(site: FixSite): Proposed {
  const { loop, dict } = walkOf(site);
  // Keys and values are borrowed: the lock is needed until the last of them, or of what was made from them, is used.
  const region = regionAround(site, [loop, ...withFollowers(site, loopVariables(site, loop)).nodes]);
  const span = spanOfRegion(site, region);
  if (meetsSection(site, span))
    throw new CannotFix('There is a critical section already; a second one inside would let go of it.');
  const suspends = site.stepsIn(span).find(step => {
    const kind = site.view.suspends(step);
    return kind !== 'no' && site.view.op(step)?.kind === 'call' && kind !== 'lock';
  });
  if (suspends !== undefined) throw new CannotFix('The loop calls what may run Python code, which suspends the lock.');
  const lock = section(site.writtenOf(dict), site);
  const edits = new Edits(site.text);
  bracket(site, edits, region, lock);
  return { title: `Lock \`${lock.of}\` around the loop`, safety: 'safe', edits: edits.build() };
}

function walkCopy(site: FixSite): Proposed {
  const { loop, dict } = walkOf(site);
  refuseMeasured(site, dict);
  const edits = new Edits(site.text);
  const name = site.freshName('copy', 'snapshot');
  const unit = indentUnit(site);
  const written = site.writtenOf(dict);
  const otherwise = errorExit(site, loop);
  edits.lineBefore(
    site.startOf(loop),
    `PyObject *${name} = PyDict_Copy(${written});`,
    `if (${name} == NULL) {`,
    ...otherwise.map(line => unit + line),
    '}',
  );
  edits.replace(site.spanOf(dict), name);
  const block = site.source.parent(loop);
  const extent = loopVariables(site, loop);
  own(site, edits, {
    name,
    spellings: new Set([name]),
    uses: [dict],
    extent,
    block,
    from: site.members(block).indexOf(loop),
    set: true,
    otherwise,
  });
  return { title: `Walk over a copy of \`${written}\``, safety: 'safe', edits: edits.build() };
}

/** Keys and values are borrowed from the copy, so it has to live as long as they are used. */
function loopVariables(site: FixSite, loop: number): number[] {
  const { source } = site;
  const step = site.finding.site.steps[0] ?? -1;
  const call = site.callOfStep(step);
  const names = source
    .named(source.child(call, 'arguments'))
    .slice(2)
    .map(node => source.textOf(node).replace(/^&\s*/, ''));
  return names
    .flatMap(name => site.mentions(site.scopeOf(loop, name), name))
    .filter(node => site.startOf(node) >= site.startOf(loop));
}
