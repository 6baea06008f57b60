/**
 * One function's uses of a global structure under its mutex: what it changes in one stretch, and numbers that it only reads
 * once, into a local, so that all that follows works with the same.
 */
import type { Access } from '../analysis/accesses.ts';
import { bracket } from './bracket.ts';
import type { Edits } from './edits.ts';
import type { LockChoice } from './locks.ts';
import { CannotFix } from './model.ts';
import { type Region, regionAround, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

export function lockUses(site: FixSite, edits: Edits, uses: readonly Access[], lock: LockChoice): void {
  const numbers = onlyRead(site, uses);
  const rest = uses.filter(one => !numbers.has(one.key));
  const region = rest.length === 0 ? null : around(site, rest);
  if (region !== null && runsPython(site, region))
    throw new CannotFix(`Python code may run in \`${site.body.name}\`, and would find \`${lock.of}\` locked.`);
  const locked: Region[] = region === null ? [] : [region];
  for (const reads of numbers.values()) {
    const own = around(site, reads);
    if (region !== null && reads.every(one => isIn(site, one, region))) continue;
    if (reads.length > 1 || callsOut(site, own)) {
      if (region !== null && meets(site, own, region) && !startsBefore(site, own, region))
        throw new CannotFix(
          `\`${site.body.name}\` reads \`${reads[0]?.name}\` in what has to be locked and behind it.`,
        );
      readFirst(site, edits, reads, own, lock);
    } else if (!locked.some(one => meets(site, own, one))) locked.push(own);
  }
  for (const one of locked) bracket(site, edits, one, lock);
}

/** Fields of plain numbers that the function reads as such and never changes, by their keys. */
function onlyRead(site: FixSite, uses: readonly Access[]): Map<string, Access[]> {
  const out = new Map<string, Access[]>();
  for (const key of new Set(uses.map(one => one.key))) {
    const own = uses.filter(one => one.key === key);
    const isNumber = ({ kind, type, step }: Access): boolean =>
      kind === 'read' && type !== null && type.pointers === 0 && !type.array && site.view.op(step)?.kind === 'load';
    if (own.every(isNumber)) out.set(key, own);
  }
  return out;
}

/** `T x; lock; x = arena->x; unlock;` before the first of the reads, and `x` in place of all of them. */
function readFirst(site: FixSite, edits: Edits, reads: readonly Access[], region: Region, lock: LockChoice): void {
  const [first] = reads;
  const nodes = reads.map(one => site.nodeOfStep(one.step));
  if (first === undefined || nodes.some(node => !/^(?:field_expression|identifier)$/.test(site.source.kind(node))))
    throw new CannotFix(`\`${site.body.name}\` reads it inside of a macro.`);
  const name = site.freshName(first.name, `own_${first.name}`);
  edits.lineBefore(
    spanOfRegion(site, region).start,
    `${first.type?.base ?? 'int'} ${name};`,
    lock.open,
    `${name} = ${site.writtenOf(nodes[0] ?? -1)};`,
    lock.close,
  );
  for (const node of nodes) edits.replace(site.spanOf(node), name);
}

function around(site: FixSite, uses: readonly Access[]): Region {
  return regionAround(
    site,
    uses.map(one => site.nodeOfStep(one.step)),
  );
}

function runsPython(site: FixSite, region: Region): boolean {
  return site.stepsIn(spanOfRegion(site, region)).some(step => site.view.suspends(step) === 'python');
}

/** Python code, or functions of the project that may want the same mutex. */
function callsOut(site: FixSite, region: Region): boolean {
  return site
    .stepsIn(spanOfRegion(site, region))
    .some(step => site.view.suspends(step) === 'python' || site.extension.calleeOf(site.view, step) !== undefined);
}

function isIn(site: FixSite, { step }: Access, region: Region): boolean {
  const [span, own] = [spanOfRegion(site, region), site.view.spanOf(step)];
  return span.start <= own.start && own.end <= span.end;
}

function meets(site: FixSite, a: Region, b: Region): boolean {
  const [one, other] = [spanOfRegion(site, a), spanOfRegion(site, b)];
  return one.start < other.end && other.start < one.end;
}

function startsBefore(site: FixSite, a: Region, b: Region): boolean {
  return spanOfRegion(site, a).start < spanOfRegion(site, b).start;
}
