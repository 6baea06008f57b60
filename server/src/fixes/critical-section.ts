/** Locks the object around the accesses of one of its fields, from the first to the last that must see the same value. */
import type { Access } from '../analysis/accesses.ts';
import { dropsReference, takesReference } from '../capi/objects.ts';
import type { FixSafety } from '../workspace/service.ts';
import { bracket } from './bracket.ts';
import { Edits } from './edits.ts';
import { checkLockName, lockOfField } from './locks.ts';
import { attempt, CannotFix, isProposed, type Proposal, type Proposed, type Technique } from './model.ts';
import { meetsSection, regionAround, spanOfRegion } from './region.ts';
import { addToSection } from './second-object.ts';
import { FixSite } from './site.ts';
import { swapInside, swapThenRelease } from './swap.ts';
import { checksBefore, companions, fieldsOf, leadsTo, pointersInto, runsPython } from './together.ts';
import { lockedWrapper } from './wrapper.ts';

/** `the use of` what a field points to, which others free or move: pointers into it and what changes with it belong to it. */
export const lockMemory: Technique = lockField('the use of', null, 'memory');

/**
 * `what`: words for the title, `the update of`. `alone`: the flagged access may be locked without the others of that field, and
 * whether that is all there is to do is plain, or for a person to say. `of`: the field alone, with what it points to, or
 * whatever the function does with fields of the object.
 */
export function lockField(
  what: string,
  alone: FixSafety | null = null,
  of: 'field' | 'memory' | 'object' = 'field',
): Technique {
  return site => {
    const access = flaggedAccess(site);
    if (access === null) return [];
    const title = (of: string): string => `Lock \`${of}\` around ${what} \`${access.name}\``;
    const related = sameDatum(site, access);
    const wide = [...related.map(one => one.step), ...related.flatMap(one => followers(site, one))];
    if (of === 'memory') wide.push(...companions(site, access));
    if (of === 'object') wide.push(...fieldsOf(site.view, access.base).map(one => one.step));
    if (of === 'memory' || alone !== null) wide.push(...checksBefore(site, access));
    const pointers = (): readonly number[] => (of === 'memory' ? pointersInto(site, related) : []);
    const narrow = [
      access.step,
      ...related.filter(one => isReleased(site, one) && isBeside(site, one, access)).map(one => one.step),
      ...site.finding.site.steps.filter(
        step => related.some(one => one.step === step) || site.view.op(step)?.kind === 'branch',
      ),
    ];
    const around = (steps: readonly number[]): Proposal =>
      attempt(title(access.base === null ? access.name : 'object'), () =>
        lockAround(site, access, steps, title, pointers()),
      );
    const besides = alone === null ? [] : writesBesides(site, related);
    const halfway: FixSafety = besides.length > 0 ? 'suggested' : 'safe';
    const proposals = [noSaferThan(halfway, around(wide))];
    // A release on its own still leaves the released object in the field for a moment.
    const isReleaseOnly = access.kind === 'read' && isReleased(site, access);
    if (alone !== null && !isReleaseOnly && steps(wide) !== steps(narrow))
      proposals.push(noSaferThan(besides.length > 0 ? 'suggested' : alone, around(narrow)));
    const whole = attempt(`Lock the whole of \`${site.body.name}\``, () => {
      pointers();
      return lockedWrapper(site, lockOfField(site, access));
    });
    const all = [...wide, ...besides];
    proposals.push(noSaferThan(isInterrupted(site, all) ? 'suggested' : 'safe', whole));
    return clearest(safeFirst(proposals));
  };
}

/** What needs no decision goes first: a smaller lock that nothing interrupts before a wider one that may be. */
export function safeFirst(proposals: readonly Proposal[]): Proposal[] {
  const isSuggested = (one: Proposal): boolean => isProposed(one) && one.safety === 'suggested';
  return [...proposals.filter(one => !isSuggested(one)), ...proposals.filter(isSuggested)];
}

function noSaferThan(safety: FixSafety, proposal: Proposal): Proposal {
  return isProposed(proposal) && safety === 'suggested' ? { ...proposal, safety } : proposal;
}

/** More ways out than this are easier to read in a function of their own. */
const MOST_JUMPS = 3;

export function clearest(proposals: readonly Proposal[]): readonly Proposal[] {
  const [first] = proposals;
  const wrapper = proposals.at(-1);
  const jumps =
    first !== undefined && isProposed(first) ? first.edits.filter(edit => /\bgoto \w+;/.test(edit.text)).length : 0;
  if (wrapper === undefined || !isProposed(wrapper) || jumps <= MOST_JUMPS) return proposals;
  return [wrapper, ...proposals.slice(0, -1)];
}

/** Two fields that have to change together, for who reads them together too. */
export const lockBothEnds: Technique = site => {
  const [here] = lockField('the update of')(site);
  const there = readersTogether(site);
  if (here === undefined || !isProposed(here) || there.length === 0) return here === undefined ? [] : [here];
  const names = there.map(other => `\`${other.body.name}\``).join(' and ');
  return [
    here,
    attempt(`${here.title}, and in ${names}`, () => {
      const edits = new Edits(site.text);
      const all = [here, ...there.map(other => lockReads(site, other))];
      for (const { span, text } of all.flatMap(one => one.edits)) edits.replace(span, text);
      return { ...here, title: `${here.title}, and in ${names}`, edits: edits.build() };
    }),
  ];
};

/** Other functions of the file that read all of the fields of the finding at a time when they may be half changed. */
function readersTogether(site: FixSite): FixSite[] {
  const keys = site.finding.site.steps.flatMap(step => site.extension.accesses.at(site.view, step)?.key ?? []);
  return site.extension.functions.flatMap(view => {
    if (view === site.view || view.unit.file !== site.view.unit.file) return [];
    const own = site.extension.accesses.ofFunction(view).filter(one => one.concurrent && one.locks.size === 0);
    if (keys.length < 2 || !keys.every(key => own.some(one => one.key === key))) return [];
    return FixSite.ofView(site.request, view) ?? [];
  });
}

function lockReads(site: FixSite, other: FixSite): Proposed {
  const keys = site.finding.site.steps.flatMap(step => site.extension.accesses.at(site.view, step)?.key ?? []);
  const own = site.extension.accesses.ofFunction(other.view).filter(one => keys.includes(one.key));
  const [first] = own;
  if (first === undefined || own.some(one => one.base !== first.base))
    throw new CannotFix(`\`${other.body.name}\` reads them of several objects: lock each of those.`);
  return lockAround(
    other,
    first,
    own.map(one => one.step),
    of => of,
  );
}

const steps = (list: readonly number[]): string => [...new Set(list)].sort((a, b) => a - b).join();

export function flaggedAccess(site: FixSite): Access | null {
  for (const step of site.finding.site.steps) {
    const access = site.extension.accesses.at(site.view, step);
    if (access !== undefined && access.struct !== null) return access;
  }
  return null;
}

/** Accesses of the same field of the same object in the function: what must stay atomic with the flagged one. */
export function sameDatum(site: FixSite, access: Access): Access[] {
  const groups = new Set([access.key]);
  for (const step of site.finding.site.steps) {
    const other = site.extension.accesses.at(site.view, step);
    if (other !== undefined && other.base === access.base) groups.add(other.key);
  }
  return site.extension.accesses.ofFunction(site.view).filter(one => groups.has(one.key) && one.base === access.base);
}

/** Steps that change other fields, of objects that others may have, without a lock: with one field locked it is half done. */
function writesBesides(site: FixSite, related: readonly Access[]): number[] {
  const own = new Set(related.map(one => one.step));
  return site.body.steps.flatMap(({ op }, step) => {
    if ((op.kind !== 'store' && op.kind !== 'update') || own.has(step)) return [];
    const { place } = op;
    if ((place.kind !== 'field' && place.kind !== 'element') || place.base.kind === 'address') return [];
    const isLocked = site.view.locksAt(step).length > 0;
    return isLocked || site.view.isExclusive(place.base, step) ? [] : [step];
  });
}

/** The old object is let go of: whoever replaces the field at the same time lets go of the same one. */
function isReleased(site: FixSite, access: Access): boolean {
  return site.view.usesOf(access.step).some(use => {
    const op = site.view.op(use.step);
    return op?.kind === 'call' && op.callee.name !== null && dropsReference(op.callee.name);
  });
}

/** In statements of the same list. */
function isBeside(site: FixSite, ...accesses: readonly Access[]): boolean {
  const lists = accesses.map(one => site.source.parent(site.memberOf(site.nodeOfStep(one.step))));
  return new Set(lists).size === 1;
}

/** Steps that use a loaded reference and belong under the same lock: all but the release of what was taken out. */
function followers(site: FixSite, access: Access): number[] {
  if (access.kind !== 'read' || (access.type?.pointers ?? 0) === 0) return [];
  return site.view.usesOf(access.step).flatMap(use => {
    const op = site.view.op(use.step);
    if (op?.kind === 'call' && op.callee.name !== null && dropsReference(op.callee.name)) return [];
    const taken = op?.kind === 'call' && op.callee.name !== null && takesReference(op.callee.name);
    return taken || use.role === 'base' ? [use.step] : [];
  });
}

/** `nodes`: what belongs to the steps without being one. */
function lockAround(
  site: FixSite,
  access: Access,
  steps: readonly number[],
  title: (of: string) => string,
  nodes: readonly number[] = [],
): Proposed {
  const lock = lockOfField(site, access);
  const region = regionAround(site, [...[...new Set(steps)].map(step => site.nodeOfStep(step)), ...nodes]);
  const span = spanOfRegion(site, region);
  checkLockName(site, lock, region);
  if (lock.kind === 'critical-section' && meetsSection(site, span)) {
    const both = new Edits(site.text);
    addToSection(site, both, region, lock);
    return {
      title: `Lock \`${lock.of}\` together with the object that is locked already`,
      safety: 'safe',
      edits: both.build(),
    };
  }
  if (lock.kind === 'mutex' && site.stepsIn(span).some(step => site.view.suspends(step) === 'python'))
    throw new CannotFix(`Python code may run there, and would find \`${lock.of}\` locked.`);
  const edits = new Edits(site.text);
  if (!swapThenRelease(site, edits, access, region, lock)) {
    bracket(site, edits, region, lock);
    swapInside(site, edits, access, region);
  }
  // A section that Python code suspends no longer keeps together what stands before it and behind it.
  const safety = lock.kind === 'critical-section' && isInterrupted(site, steps) ? 'suggested' : 'safe';
  return { title: title(lock.of), safety, edits: edits.build() };
}

/** Python code may run between the steps, or in a helper that does more than one of them; letting go of references at the end does no harm, nor what only a failure does. */
function isInterrupted(site: FixSite, steps: readonly number[]): boolean {
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  return site.body.steps.some(({ op }, step) => {
    if (op.kind !== 'call' || !runsPython(site, step)) return false;
    if (steps.includes(step)) return op.args.some(value => value.kind === 'address' && value.place.kind === 'field');
    if (step <= first || step >= last) return false;
    if (op.callee.name !== null && dropsReference(op.callee.name)) return false;
    return leadsTo(site, step, new Set(steps.filter(one => one > step)));
  });
}
