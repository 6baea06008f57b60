/**
 * A library's handle kept in an object: the object is locked around the library's calls. Where some of them are made with the
 * thread detached, which lets go of critical sections, every call of that handle takes a mutex in the object instead.
 */
import type { Access } from '../analysis/accesses.ts';
import type { FunctionView } from '../analysis/view.ts';
import { type HandleUse, handleUses } from '../rules/support/handles.ts';
import { clearest } from './critical-section.ts';
import { Edits } from './edits.ts';
import { lockNodes } from './locked-steps.ts';
import { type LockChoice, mutex, section } from './locks.ts';
import { attempt, CannotFix, isProposed, type Proposed, type Technique } from './model.ts';
import { addMutex } from './mutex-field.ts';
import { isPythonObject, mutexField, type NamedObject, named, ownerOf } from './objects.ts';
import { regionAround, spanOfRegion } from './region.ts';
import { FixSite } from './site.ts';
import { leadsTo, runsPython } from './together.ts';
import { lockedWrapper } from './wrapper.ts';

export const lockHandle: Technique = site => {
  const uses = usesOfHandle(site);
  const [first] = uses.filter(use => use.function === site.view);
  if (first === undefined) return [];
  const open = new Set(uses.filter(use => !use.locked).map(use => use.function));
  const title = `Lock the object around the use of \`${first.subject}\``;
  const around = attempt(title, () => rewrite(site, uses, title));
  const whole = attempt(`Lock the whole of \`${site.body.name}\``, () => wrap(site, uses, first));
  if (open.size <= FEW) return clearest([around, whole]);
  const everywhere = `Lock the object around every use of \`${first.subject}\``;
  return [around, whole, attempt(everywhere, () => lockEverywhere(site, uses, [...open], everywhere))];
};

/** A handle that more functions than these use without a lock was never locked: one fix for all of them is offered too. */
const FEW = 8;

function wrap(site: FixSite, uses: readonly HandleUse[], first: HandleUse): Proposed {
  return lockedWrapper(site, lockOf(site, new Edits(site.text), uses, objectOf(site, first)));
}

function lockEverywhere(
  site: FixSite,
  uses: readonly HandleUse[],
  views: readonly FunctionView[],
  title: string,
): Proposed {
  const edits = new Edits(site.text);
  const seen = new Set<string>();
  for (const view of views) {
    const other = view.unit.file === site.view.unit.file ? FixSite.ofView(site.request, view) : null;
    const use = uses.find(one => one.function === view);
    if (other === null || use === undefined)
      throw new CannotFix(`\`${view.name}\` uses the handle too, in another file or in code that could not be read.`);
    const ways = [attempt(title, () => rewrite(other, uses, title)), attempt(title, () => wrap(other, uses, use))];
    const way = ways.find(isProposed);
    if (way === undefined) {
      const reason = ways.flatMap(one => (isProposed(one) ? [] : one.reason))[0] ?? '';
      throw new CannotFix(`\`${view.name}\` uses the handle too. ${reason}`);
    }
    // Each of them declares the mutex when there is none.
    for (const { span, text } of way.edits) {
      const key = `${span.start} ${span.end} ${text}`;
      if (!seen.has(key)) edits.replace(span, text);
      seen.add(key);
    }
  }
  return { title: `${title} (${views.length} functions)`, safety: 'safe', edits: edits.build() };
}

function usesOfHandle(site: FixSite): readonly HandleUse[] {
  const [step = -1] = site.finding.site.steps;
  for (const uses of handleUses(site.extension).values()) {
    if (uses.some(use => use.function === site.view && use.step === step)) return uses;
  }
  return [];
}

function rewrite(site: FixSite, uses: readonly HandleUse[], title: string): Proposed {
  const own = uses.filter(use => use.function === site.view && !use.locked);
  const objects = own.map(use => objectOf(site, use));
  const [object] = objects;
  if (object === undefined || objects.some(one => one.written !== object.written))
    throw new CannotFix('Handles of several objects are used here: lock each of them.');
  const edits = new Edits(site.text);
  const lock = lockOf(site, edits, uses, object);
  const calls = own.map(use => site.nodeOfStep(use.step));
  const looks = looksAt(site, own);
  const all = [...calls, ...looks.map(one => site.nodeOfStep(one.step))];
  // Whether it is open is worth knowing only as long as nobody can close it; who closes it must know.
  const together = looks.some(one => one.kind !== 'read') || !isInterrupted(site, all, own);
  lockNodes(site, edits, lock, object, together ? all : calls);
  return { title: title.replace('the object', `\`${lock.of}\``), safety: 'safe', edits: edits.build() };
}

/** `if (self->handle) Free(self->handle); self->handle = NULL;`: in between nobody may ask for it, or find what is gone. */
function looksAt(site: FixSite, uses: readonly HandleUse[]): Access[] {
  const fields = new Set(uses.map(use => use.field));
  return site.extension.accesses
    .ofFunction(site.view)
    .filter(one => one.struct !== null && fields.has(one.name) && !one.key.endsWith('[]'));
}

/** Python code may run in between, and not only where a failure leaves. */
function isInterrupted(site: FixSite, nodes: readonly number[], uses: readonly HandleUse[]): boolean {
  const calls = new Set(uses.map(use => use.step));
  return site
    .stepsIn(spanOfRegion(site, regionAround(site, nodes)))
    .some(step => runsPython(site, step) && leadsTo(site, step, calls));
}

function objectOf(site: FixSite, use: HandleUse): NamedObject {
  const op = site.view.op(use.step);
  if (op?.kind === 'load' && op.place.kind === 'field') return named(site, op.place.base, use.step);
  if (op?.kind !== 'call') throw new CannotFix('The handle is used in a way that can not be followed.');
  for (const argument of op.args) {
    const subject = argument.kind === 'address' ? site.view.renderPlace(argument.place) : site.view.render(argument);
    if (subject === use.subject) return ownerOf(site, argument, use.step);
    // A helper gets the object that has the handle.
    if (use.subject === `${subject}->${use.field}`) return named(site, argument, use.step);
  }
  throw new CannotFix('The handle is used in a way that can not be followed.');
}

/** What other uses of the handle are locked with; else what all of them can be locked with. */
function lockOf(site: FixSite, edits: Edits, uses: readonly HandleUse[], object: NamedObject): LockChoice {
  const there = mutexField(site, object.type);
  const held = uses.filter(use => use.locked).flatMap(use => use.function.locksAt(use.step));
  if (held.some(lock => lock.kind === 'critical-section') && isPythonObject(site, object.type)) {
    if (uses.some(use => use.function === site.view && use.function.detachedAt(use.step)))
      throw new CannotFix('The thread is detached there, and lets go of the lock that other uses of the handle take.');
    return { ...section(object.written, site), local: object.local };
  }
  if (held.length > 0) {
    if (there !== null && held.some(lock => lock.path.endsWith(`&${there}`)))
      return { ...mutex(`${object.written}->${there}`), local: object.local };
    throw new CannotFix('Other uses of the handle hold a lock of the project: take the same one here.');
  }
  if (!isPythonObject(site, object.type))
    throw new CannotFix(
      `\`${object.written}\` is no Python object, so there is nothing to lock here: lock in its callers.`,
    );
  if (!uses.some(use => use.function.detachedAt(use.step)))
    return { ...section(object.written, site), local: object.local };
  const field = there ?? addMutex(site, edits, object.type);
  return { ...mutex(`${object.written}->${field}`), local: object.local };
}
