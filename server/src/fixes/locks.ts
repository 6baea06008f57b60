/** Which lock guards a field of an object, and the lines that take and drop it. */
import type { Access } from '../analysis/accesses.ts';
import { parts } from '../analysis/paths.ts';
import type { Place, Value } from '../program/model.ts';
import type { Brackets } from './bracket.ts';
import { CannotFix } from './model.ts';
import { isPythonObject, ownerOf, refuseNullTests, refuseReleases } from './objects.ts';
import { type Region, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

export interface LockChoice extends Brackets {
  /** As a title names it: `self`, `state->mutex`. */
  readonly of: string;
  readonly kind: 'critical-section' | 'mutex';
  /** The local or parameter that the lock's expression starts from; null for globals. */
  readonly local: number | null;
}

/** The lock of the object that has the accessed field: the one that the other end of the pair takes, else the object's own. */
export function lockOfField(site: FixSite, access: Access): LockChoice {
  const place = placeAt(site, access);
  if (place === null) throw new CannotFix('The field is used in a way that can not be followed.');
  const base = rootOf(place);
  if (base === null) return lockOfOwner(site, access, place);
  const name = site.body.locals[base]?.name ?? '';
  const type = site.body.locals[base]?.type;
  if (name === '' || name === 'this' || type?.pointers !== 1)
    throw new CannotFix('The object that has the field has no simple name here.');
  for (const lock of partnersLocks(site, access)) {
    if (lock === '') break;
    const field = /&(\w+)$/.exec(lock)?.[1];
    if (field !== undefined && site.extension.linker.field(access.struct ?? '', field)?.type.base === 'PyMutex')
      return { ...mutex(`${name}->${field}`), local: base };
    throw new CannotFix('The other end of the pair holds a lock of the project: take the same one here.');
  }
  if (isPythonObject(site, type.base)) return { ...section(name, site), local: base };
  const own = site.extension.linker.struct(type.base)?.fields.find(field => field.type.base === 'PyMutex');
  if (own !== undefined) return { ...mutex(`${name}->${own.name}`), local: base };
  throw new CannotFix(`\`${name}\` is no Python object, so there is nothing to lock here: lock in its callers.`);
}

/** The field as the step writes it: itself, or its address that a helper gets. */
function placeAt(site: FixSite, { step, name }: Access): Place | null {
  const op = site.view.op(step);
  if (op?.kind === 'load' || op?.kind === 'store' || op?.kind === 'update') return op.place;
  if (op?.kind !== 'call') return null;
  const given = op.args.flatMap(value =>
    value.kind === 'address' && value.place.kind === 'field' && value.place.field === name ? [value.place] : [],
  );
  return given.length === 1 ? (given[0] ?? null) : null;
}

/** A struct that belongs to an object, as the object's field points to it: the object's lock is its lock. */
function lockOfOwner(site: FixSite, access: Access, place: Place): LockChoice {
  const owner = place.kind === 'field' ? ownerOf(site, place.base, access.step) : null;
  if (owner === null || !isPythonObject(site, owner.type))
    throw new CannotFix('The object that has the field has no simple name here.');
  if (partnersLocks(site, access).some(lock => lock !== '' && !lock.startsWith('^')))
    throw new CannotFix('The other end of the pair holds a lock of the project: take the same one here.');
  if (isPythonObject(site, access.struct ?? '') && isKnownElsewhere(site, access))
    throw new CannotFix('Others have the object that has the field without this owner: lock that object itself.');
  return { ...section(owner.written, site), local: owner.local };
}

/** The other end comes to the object in another way than through a field of that name: it will not take the owner's lock. */
function isKnownElsewhere(site: FixSite, access: Access): boolean {
  const through = (one: Access): string | undefined =>
    parts(one.base ?? '')
      .slice(1)
      .at(-1);
  return site.extension.accesses.conflicts(access).some(partner => through(partner) !== through(access));
}

/** Of an object, with the project's own macros when it has some for that. */
export function section(object: string, site: FixSite | null = null): LockChoice {
  const own = site === null ? null : ownMacros(site);
  return {
    open: `${own?.begin ?? 'Py_BEGIN_CRITICAL_SECTION'}(${object});`,
    close: `${own?.end ?? 'Py_END_CRITICAL_SECTION'}();`,
    scope: true,
    ...(site?.isCpp === true ? { guarded: object } : {}),
    of: object,
    kind: 'critical-section',
    local: null,
  };
}

/** `#define BOX_LOCK(o) Py_BEGIN_CRITICAL_SECTION(o)` and its end, as the file or a header of it defines them. */
function ownMacros(site: FixSite): { readonly begin: string; readonly end: string } | null {
  const { unit } = site.view;
  const seen = site.extension.units.filter(
    one => one === unit || unit.includes.some(name => one.file.endsWith(`/${name.replace(/^.*\//, '')}`)),
  );
  const macros = seen.flatMap(one => one.macros);
  const named = (is: (body: string, parameters: readonly string[] | null) => boolean): string | undefined => {
    const found = macros.filter(macro => is(macro.body.replace(/\s+/g, ''), macro.parameters));
    return found.length === 1 ? found[0]?.name : undefined;
  };
  const begin = named((body, parameters) => {
    const [object] = parameters ?? [];
    const plain = body.replace('(PyObject*)', '').replace(`(${object})`, object ?? '');
    return (
      parameters?.length === 1 && /^Py_BEGIN_CRITICAL_SECTION\(?\w+\)?;?$/.test(plain) && plain.includes(object ?? '')
    );
  });
  const end = named((body, parameters) => parameters?.length === 0 && /^Py_END_CRITICAL_SECTION\(\);?$/.test(body));
  return begin !== undefined && end !== undefined ? { begin, end } : null;
}

export function mutex(place: string): LockChoice {
  return {
    open: `PyMutex_Lock(&${place});`,
    close: `PyMutex_Unlock(&${place});`,
    scope: false,
    of: place,
    kind: 'mutex',
    local: null,
  };
}

function partnersLocks(site: FixSite, access: Access): readonly string[] {
  return site.extension.accesses.conflicts(access).flatMap(partner => [...partner.locks]);
}

/** The local that the place's object is: `self` for `self->a.b[2]`. */
function rootOf(place: Place): number | null {
  let at = place;
  for (let depth = 0; depth < 20; depth++) {
    if (at.kind !== 'field' && at.kind !== 'element') return null;
    const base: Value = at.base;
    if (base.kind === 'local') return base.local;
    if (base.kind !== 'address') return null;
    at = base.place;
  }
  return null;
}

/** The lock's object is known where the region begins, is there for certain, and stays the same in it. */
export function checkLockName(site: FixSite, lock: LockChoice, region: Region): void {
  if (lock.local === null) return;
  for (const member of site.members(region.block).slice(region.first, region.last + 1)) {
    refuseNullTests(site, lock.of, member);
    refuseReleases(site, lock.of, member);
  }
  const local = site.body.locals[lock.local];
  if (local === undefined || local.parameter) {
    if (local === undefined || !isStored(site, lock.local, spanOfRegion(site, region))) return;
    throw new CannotFix(`\`${local.name}\` changes while it would be locked.`);
  }
  const span = spanOfRegion(site, region);
  if (site.view.absolute(local.span).start >= span.start || isStored(site, lock.local, span))
    throw new CannotFix(`\`${local.name}\` is not known yet where the lock would have to be taken.`);
}

function isStored(site: FixSite, local: number, span: { start: number; end: number }): boolean {
  return site.stepsIn(span).some(step => {
    const op = site.view.op(step);
    return (op?.kind === 'store' || op?.kind === 'update') && op.place.kind === 'local' && op.place.local === local;
  });
}
