/** What belongs under the same lock as the accesses of a field: pointers into its memory, fields that change with it, checks before. */
import type { Access } from '../analysis/accesses.ts';
import type { Path } from '../analysis/paths.ts';
import type { FunctionView } from '../analysis/view.ts';
import { stepsAfter } from '../program/walks.ts';
import { isMemoryPointer, replacesMemory } from '../rules/support/memory-fields.ts';
import { withFollowers } from './followers.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

/**
 * Steps of the function that use fields which are replaced together with the memory elsewhere: its length, its end. `base`: the
 * object, when the access is a helper's.
 */
export function companions(site: FixSite, access: Access, base = access.base): number[] {
  const { accesses, linker } = site.extension;
  const fields = new Set(
    accesses
      .of(access.key)
      .filter(one => one.concurrent && replacesMemory(one))
      .flatMap(one => fieldsOf(one.function, one.base).filter(({ kind }) => kind !== 'load'))
      .filter(({ field, struct }) => {
        // What a macro declares at the head of an object is its number of items.
        const type = linker.field(struct ?? '', field)?.type;
        return field !== access.name && (type === undefined || (type.pointers === 0 && !type.array));
      })
      .map(({ field }) => field),
  );
  return fieldsOf(site.view, base)
    .filter(({ field }) => fields.has(field))
    .map(({ step }) => step);
}

/** All that the function does with fields of the object, by steps. */
export function fieldsOf(view: FunctionView, base: Path | null) {
  return view.body.steps.flatMap(({ op }, step) => {
    if ((op.kind !== 'load' && op.kind !== 'store' && op.kind !== 'update') || op.place.kind !== 'field') return [];
    const { field, struct } = op.place;
    return view.path(op.place.base, step) === base ? [{ step, kind: op.kind, field, struct }] : [];
  });
}

/**
 * Uses of pointers into the memory that the accesses read. Throws when Python code may run before the last of them: it suspends
 * the lock, and the memory may be another afterwards.
 */
export function pointersInto(site: FixSite, accesses: readonly Access[]): number[] {
  return accesses.flatMap(access => {
    if (access.kind !== 'read' || !isMemoryPointer(site.extension, access)) return [];
    const load = site.nodeOfStep(access.step);
    const uses = withFollowers(site, [load]).nodes;
    refuseStale(site, load, uses);
    return uses;
  });
}

function refuseStale(site: FixSite, load: number, uses: readonly number[]): void {
  const later = uses.filter(use => use !== load);
  const end = Math.max(site.endOf(load), ...later.map(use => endOfRounds(site, load, use)));
  const stale = site.body.steps.some((_, step) => {
    const span = site.view.spanOf(step);
    if (span.start < site.startOf(load) || span.start >= end || !runsPython(site, step)) return false;
    return uses.some(use => {
      const isLater = site.startOf(use) >= span.end || endOfRounds(site, load, use) > span.end;
      return (use !== load && isLater) || isGivenTo(site, use, step);
    });
  });
  if (stale) throw new CannotFix('Python code may run there, which suspends the lock: copy what is needed first.');
}

/** A loop that the load stands before uses the pointer in every round. */
function endOfRounds(site: FixSite, load: number, use: number): number {
  const before = new Set(site.ancestors(load));
  const loops = [...site.ancestors(use)].filter(
    node => !before.has(node) && /^(?:for|while|do)_/.test(site.source.kind(node)),
  );
  return Math.max(site.endOf(use), ...loops.map(loop => site.endOf(loop)));
}

/** The pointer itself is an argument of the call, not what it points to. */
function isGivenTo(site: FixSite, use: number, step: number): boolean {
  const { source } = site;
  const call = site.callOfStep(step);
  if (call < 0) return false;
  const list = source.child(call, 'arguments');
  const argument = [...site.ancestors(use)].find(node => source.parent(node) === list) ?? -1;
  if (argument < 0) return false;
  const written = source.textOf(argument);
  return /^&|^\w+(?:(?:->|\.)\w+)*$|^[^[(]*\+/.test(written);
}

/** Calls through pointers that get an object may do anything with it. */
export function runsPython(site: FixSite, step: number): boolean {
  if (site.view.suspends(step) === 'python') return true;
  const op = site.view.op(step);
  if (op?.kind !== 'call' || op.callee.kind === 'named') return false;
  return op.args.some(value => value.kind === 'local' && site.body.locals[value.local]?.type.base === 'PyObject');
}

/** Calls before the access that look at the same field of the same object, and whose result is tested: `if (grow(self) < 0)`. */
export function checksBefore(site: FixSite, access: Access): number[] {
  const { accesses } = site.extension;
  return site.body.steps.flatMap(({ op }, step) => {
    if (op.kind !== 'call' || step >= access.step) return [];
    const view = site.extension.calleeOf(site.view, step);
    if (view === undefined || !isTested(site, step) || !onlyRaises(view)) return [];
    const gets = op.args.some(value => site.view.path(value, step) === access.base);
    return gets && accesses.ofFunction(view).some(one => one.key === access.key) ? [step] : [];
  });
}

/** Control can get from the step to one of the others. */
export function leadsTo(site: FixSite, step: number, others: ReadonlySet<number>): boolean {
  return [...stepsAfter(site.body, step)].some(one => others.has(one));
}

const RAISES = /^PyErr_(?:SetString|SetNone|NoMemory|BadArgument|BadInternalCall)$/;

/** Python code runs in it for nothing but an exception that it leaves with. */
function onlyRaises(view: FunctionView): boolean {
  return view.body.steps.every(({ op }, step) => {
    const name = op.kind === 'call' ? op.callee.name : null;
    return view.suspends(step) !== 'python' || (name !== null && RAISES.test(name));
  });
}

function isTested(site: FixSite, step: number): boolean {
  return site.view.usesOf(step).some(use => use.role === 'test' || site.view.op(use.step)?.kind === 'branch');
}
