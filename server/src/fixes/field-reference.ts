/** A field that others may replace is read once, with a reference of our own, under the lock; the rest works on that. */
import type { Access } from '../analysis/accesses.ts';
import { takesReference } from '../capi/objects.ts';
import { refuseForeignThread } from './attached.ts';
import { bracket } from './bracket.ts';
import { isAlwaysEvaluated } from './conditional.ts';
import { flaggedAccess, lockField, sameDatum } from './critical-section.ts';
import { declaratorsOf, nameOf } from './declarations.ts';
import { Edits } from './edits.ts';
import { checkLockName, type LockChoice, lockOfField } from './locks.ts';
import { attempt, CannotFix, type Proposal, type Proposed, type Technique } from './model.ts';
import { bracketless } from './names.ts';
import { isTestedForNull } from './null-tests.ts';
import { own } from './own.ts';
import { type Region, regionAround, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

const lockAround = lockField('the use of');

/** Where every use takes a reference at once the section goes around them; else the reference is taken first. */
export const readUnderLock: Technique = site => {
  const access = flaggedAccess(site);
  if (access === null) return [];
  const first = (): Proposal =>
    attempt(`Take a reference to \`${access.name}\` under the lock`, () => takeReference(site, access));
  const reads = sameDatum(site, access);
  const atOnce = reads.every(one => one.kind === 'read' && onlyTaken(site, one));
  return atOnce ? lockAround(site) : [first(), ...(onlyTaken(site, access) ? lockAround(site) : [])];
};

/** Every use of the loaded pointer takes a reference or only looks whether there is one. */
function onlyTaken(site: FixSite, access: Access): boolean {
  return site.view.usesOf(access.step).every(use => {
    const op = site.view.op(use.step);
    if (use.role === 'test' || op?.kind === 'store')
      return use.role === 'test' || (op?.kind === 'store' && op.place.kind === 'local');
    return op?.kind === 'call' && op.callee.name !== null && takesReference(op.callee.name);
  });
}

function takeReference(site: FixSite, access: Access): Proposed {
  const edits = new Edits(site.text);
  const accesses = sameDatum(site, access).filter(one => one.key === access.key);
  const taken = takeFor(site, edits, accesses, new Set());
  return { ...taken, edits: edits.build() };
}

type Taken = Pick<Proposed, 'title' | 'safety'>;

/** One reference for all of the accesses, which are of one field of one object. `names`: given to others already. */
export function takeFor(site: FixSite, edits: Edits, accesses: readonly Access[], names: Set<string>): Taken {
  const [access] = accesses;
  if (access === undefined) throw new CannotFix('The field is used in a way that can not be followed.');
  const lock = lockOfField(site, access);
  if (accesses.some(one => one.kind !== 'read'))
    throw new CannotFix(`\`${access.name}\` is read and replaced in this function: lock around both.`);
  const increment = accesses.length === 1 ? incrementBehind(site, access) : null;
  if (increment !== null) return { title: aroundIncrement(site, edits, access, lock, increment), safety: 'safe' };
  const title = `Take a reference to \`${access.name}\` while \`${lock.of}\` is locked`;
  if (accesses.length === 1 && takeIntoLocal(site, edits, access, lock)) return { title, safety: 'safe' };
  const nodes = accesses.map(one => site.nodeOfStep(one.step));
  const written = new Set(nodes.map(node => bracketless(site.source.textOf(node))));
  if (nodes.some(node => site.source.kind(node) !== 'field_expression'))
    throw new CannotFix('The field is read inside of a macro.');
  const region = regionAround(site, nodes);
  checkLockName(site, lock, region);
  const span = spanOfRegion(site, region);
  const locked = isLocked(site, access);
  if (!locked && lock.kind === 'critical-section') refuseForeignThread(site, span.start);
  const spare = [2, 3, 4, 5].map(number => `own_${access.name}${number}`);
  const name = site.freshName(...[access.name, `own_${access.name}`, ...spare].filter(one => !names.has(one)));
  names.add(name);
  const [node = -1] = nodes;
  const reference = `${castTo(access.type?.base ?? 'PyObject')}Py_XNewRef(${site.writtenOf(node)})`;
  const take = `${name} = ${inFront(site, nodes, region, reference)};`;
  const lines = locked ? [`${typeOf(access)}${take}`] : [`${typeOf(access)}${name};`, lock.open, take, lock.close];
  edits.lineBefore(span.start, ...lines);
  for (const read of nodes) edits.replace(site.spanOf(read), name);
  own(site, edits, {
    name,
    spellings: new Set([name, ...written]),
    uses: nodes,
    block: region.block,
    from: region.first,
  });
  return { title, safety: changesInLoop(site, nodes, region) ? 'suggested' : 'safe' };
}

/**
 * The reference is taken in front of the region. Where the code asks first whether there is what has the field (`self->extra &&
 * self->extra->tag`), so does the reading; other conditions may be needed just as much.
 */
function inFront(site: FixSite, nodes: readonly number[], region: Region, reference: string): string {
  const { source } = site;
  const [node = -1] = nodes;
  const owner = source.child(node, 'argument');
  const members = site.members(region.block).slice(region.first, region.last + 1);
  if (members.some(member => isTestedForNull(site, site.writtenOf(owner), member)))
    return `${site.writtenOf(owner)} != NULL ? ${reference} : NULL`;
  const [first = -1] = members;
  const always = nodes.some(one => [...site.ancestors(one)].includes(first) && isAlwaysEvaluated(site, first, one));
  if (source.kind(owner) !== 'identifier' && !always)
    throw new CannotFix(`\`${site.writtenOf(node)}\` is read only under a condition, and may not be there without.`);
  return reference;
}

/** A loop that read the field in every round, and runs Python code that may replace it, now keeps to what it began with. */
function changesInLoop(site: FixSite, nodes: readonly number[], region: Region): boolean {
  const outer = new Set(site.ancestors(region.block));
  return nodes.some(node =>
    [...site.ancestors(node)].some(
      one =>
        !outer.has(one) &&
        isLoop(site, one) &&
        site.stepsIn(site.spanOf(one)).some(step => site.view.suspends(step) === 'python'),
    ),
  );
}

export function isLoop(site: FixSite, node: number): boolean {
  return /^(?:for|while|do)_/.test(site.source.kind(node));
}

/** The object's lock is held already where the field is read. */
function isLocked(site: FixSite, access: Access): boolean {
  if (access.base !== null && site.view.guard(access.step, access.base) !== null) return true;
  if (site.view.semantics.locks.heldAt(access.step).some(lock => lock.kind === 'critical-section'))
    throw new CannotFix('There is a critical section already; a second one inside would let go of it.');
  return false;
}

/** New references come as `PyObject *`. */
function castTo(base: string): string {
  return base === 'PyObject' ? '' : `(${base} *)`;
}

function typeOf(access: Access): string {
  if (access.type === null || access.type.pointers !== 1) throw new CannotFix('The type of the field is not known.');
  return `${access.type.base} *`;
}

/** The statement right behind the load that takes a reference to what was loaded: `x = self->x; Py_XINCREF(x);` */
function incrementBehind(site: FixSite, access: Access): number | null {
  const member = site.memberOf(site.nodeOfStep(access.step));
  const members = site.members(site.source.parent(member));
  const next = members[members.indexOf(member) + 1];
  const name =
    next === undefined ? undefined : /^Py_X?INCREF\s*\(\s*(\w+)\s*\)\s*;$/.exec(site.source.textOf(next))?.[1];
  const assigned = name !== undefined && new RegExp(`\\b${name}\\s*=[^=]`).test(site.source.textOf(member));
  return assigned && next !== undefined ? next : null;
}

/** The reference is there already: only the lock around the load and it is missing. */
function aroundIncrement(site: FixSite, edits: Edits, access: Access, lock: LockChoice, increment: number): string {
  if (isLocked(site, access)) throw new CannotFix('The lock is held already.');
  const region = regionAround(site, [site.nodeOfStep(access.step), increment]);
  checkLockName(site, lock, region);
  bracket(site, edits, region, lock);
  return `Lock \`${lock.of}\` until there is a reference to \`${access.name}\``;
}

/** `T *x = self->x;` or `x = self->x;`: the local that is there already gets the reference. */
function takeIntoLocal(site: FixSite, edits: Edits, access: Access, lock: LockChoice): boolean {
  const { source } = site;
  const node = site.nodeOfStep(access.step);
  let value = node;
  while (/^(?:parenthesized|cast)_expression$/.test(source.kind(source.parent(value)))) value = source.parent(value);
  const holder = source.parent(value);
  const member = site.memberOf(node);
  const block = source.parent(member);
  let name = '';
  let target = -1;
  if (
    source.kind(holder) === 'init_declarator' &&
    source.parent(holder) === member &&
    declaratorsOf(site, member).length === 1
  ) {
    name = nameOf(site, holder);
    target = source.child(holder, 'declarator');
  } else if (source.kind(holder) === 'assignment_expression' && source.parent(holder) === member) {
    const left = source.child(holder, 'left');
    if (source.kind(left) === 'identifier') name = source.textOf(left);
  }
  if (name === '' || source.kind(node) !== 'field_expression') return false;
  const region = regionAround(site, [node]);
  checkLockName(site, lock, region);
  const locked = isLocked(site, access);
  if (!locked && lock.kind === 'critical-section') refuseForeignThread(site, site.startOf(member));
  const local = site.body.locals.find(one => one.name === name);
  const store = `${name} = ${castTo(local?.type.base ?? 'PyObject')}Py_XNewRef(${site.writtenOf(node)});`;
  const indent = edits.indentAt(site.startOf(member));
  const lines = (locked ? [store] : [lock.open, store, lock.close]).join(`\n${indent}`);
  const head =
    target < 0 ? '' : `${site.written({ start: site.startOf(member), end: site.endOf(target) })};\n${indent}`;
  edits.replace(site.spanOf(member), head + lines);
  const uses = site.mentions(site.block, name).filter(use => site.startOf(use) > site.endOf(node));
  own(site, edits, { name, spellings: new Set([name]), uses, block, from: site.members(block).indexOf(member) + 1 });
  return true;
}
