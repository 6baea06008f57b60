/** A walk over a dict: under the dict's lock when nothing in the loop can suspend it, else over a copy. */
import { bracket } from './bracket.ts';
import { isAlwaysEvaluated } from './conditional.ts';
import { Edits } from './edits.ts';
import { errorExit } from './error-exit.ts';
import { indentUnit } from './exits.ts';
import { withFollowers } from './followers.ts';
import { section } from './locks.ts';
import { measures } from './measured.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { own } from './own.ts';
import { meetsSection, type Region, regionAround, spanOfRegion } from './region.ts';
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
  const { source } = site;
  // What the size is asked of must be what is walked over.
  const sized = measures(site, dict);
  const region = regionAround(site, [loop, ...sized]);
  const anchor = site.members(region.block)[region.first] ?? loop;
  if (sized.length > 0 && isChanged(site, dict, region))
    throw new CannotFix(`\`${site.writtenOf(dict)}\` changes between the question for its size and the loop.`);
  if (sized.length > 0 && !sized.some(call => isDictThere(site, anchor, call)))
    throw new CannotFix(`The size of \`${site.writtenOf(dict)}\` is asked for where it may be no dict.`);
  const edits = new Edits(site.text);
  const name = site.freshName('copy', 'snapshot');
  const unit = indentUnit(site);
  const written = site.writtenOf(dict);
  const otherwise = errorExit(site, anchor);
  edits.lineBefore(
    site.startOf(anchor),
    `PyObject *${name} = PyDict_Copy(${written});`,
    `if (${name} == NULL) {`,
    ...otherwise.map(line => unit + line),
    '}',
  );
  const uses = [dict, ...sized.map(call => source.firstNamed(source.child(call, 'arguments')))];
  for (const use of uses) edits.replace(site.spanOf(use), name);
  own(site, edits, {
    name,
    spellings: new Set([name]),
    uses,
    extent: loopVariables(site, loop),
    block: region.block,
    from: region.first,
    set: true,
    otherwise,
  });
  return { title: `Walk over a copy of \`${written}\``, safety: 'safe', edits: edits.build() };
}

/** The statement asks for the size of a dict whenever it is reached. */
function isDictThere(site: FixSite, member: number, call: number): boolean {
  return (
    site.source.textOf(site.source.child(call, 'function')).startsWith('PyDict_') &&
    [...site.ancestors(call)].includes(member) &&
    isAlwaysEvaluated(site, member, call)
  );
}

function isChanged(site: FixSite, dict: number, region: Region): boolean {
  const name = /\w+/.exec(site.source.textOf(dict))?.[0] ?? '';
  const span = spanOfRegion(site, region);
  return site
    .mentions(site.block, name)
    .some(
      node =>
        span.start <= site.startOf(node) &&
        site.startOf(node) < span.end &&
        site.source.kind(site.source.parent(node)) === 'assignment_expression' &&
        site.source.child(site.source.parent(node), 'left') === node,
    );
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
