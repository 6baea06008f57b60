/** Objects as the code names them: which expression has a field, whether it is a Python object, and where it keeps a mutex. */
import { isAbsolute, parameterOf, parts } from '../analysis/paths.ts';
import { dropsReference } from '../capi/objects.ts';
import type { Place, StructType, Value } from '../program/model.ts';
import { isAlwaysEvaluated } from './conditional.ts';
import { CannotFix } from './model.ts';
import { bracketless } from './names.ts';
import { isTestedForNull } from './null-tests.ts';
import { type Region, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

export interface NamedObject {
  /** As a lock's operand: `self`, `self->parent`. */
  readonly written: string;
  /** The local that it starts from; null when it starts from a global. */
  readonly local: number | null;
  /** The type that it points to, as far as it is known: `Font`. */
  readonly type: string;
  /** Fields that lead to it: it is another object when one of them changes. */
  readonly fields: readonly string[];
}

const NO_NAME = 'The object that has the field has no simple name here.';

/** The object that has the field which the value was read from, or whose address it is. */
export function ownerOf(site: FixSite, value: Value, step: number): NamedObject {
  if (value.kind === 'address' && value.place.kind === 'field') return named(site, value.place.base, step);
  if (value.kind === 'result') {
    const op = site.view.op(value.step);
    if (op?.kind === 'load' && op.place.kind === 'field') return named(site, op.place.base, value.step);
  }
  // A local that the field was copied to: the object by its path, when that is a parameter.
  return fromPath(site, parts(site.view.path(value, step)).slice(0, -1));
}

/** A pointer as an expression that can be written again: a local, or fields of one. */
export function named(site: FixSite, value: Value, step: number): NamedObject {
  const found = written(site, value, step, 0);
  if (found === null) return fromPath(site, parts(site.view.path(value, step)));
  return found;
}

const DEEPEST = 4;

function written(site: FixSite, value: Value, step: number, depth: number): NamedObject | null {
  if (depth > DEEPEST) return null;
  if (value.kind === 'local') {
    const local = site.body.locals[value.local];
    if (local === undefined || local.name === '' || local.name === 'this' || local.type.pointers !== 1) return null;
    return { written: local.name, local: value.local, type: local.type.base, fields: [] };
  }
  if (value.kind === 'address') return inPlace(site, value.place, step, depth);
  if (value.kind !== 'result') return null;
  const op = site.view.op(value.step);
  if (op?.kind !== 'load') return null;
  if (op.place.kind === 'global') {
    const variable = site.view.global(op.place.name)?.variable;
    if (variable?.type.pointers !== 1 || op.place.name.includes('.')) return null;
    return { written: op.place.name.replace(/^.*::/, ''), local: null, type: variable.type.base, fields: [] };
  }
  if (op.place.kind !== 'field' || op.place.base.kind === 'address') return null;
  const owner = written(site, op.place.base, value.step, depth + 1);
  const type = site.extension.linker.field(op.place.struct ?? owner?.type ?? '', op.place.field)?.type;
  if (owner === null || type?.pointers !== 1) return null;
  return {
    written: `${owner.written}->${op.place.field}`,
    local: owner.local,
    type: type.base,
    fields: [...owner.fields, op.place.field],
  };
}

/** A struct inside of an object is guarded by the object. */
function inPlace(site: FixSite, place: Place, step: number, depth: number): NamedObject | null {
  return place.kind === 'field' ? written(site, place.base, step, depth + 1) : null;
}

function fromPath(site: FixSite, path: readonly string[]): NamedObject {
  const [root = ''] = path;
  const index = parameterOf(root);
  const local = index === null ? undefined : site.body.locals[index];
  const inside = path.slice(1).every(part => part.startsWith('&'));
  if (
    index === null ||
    local === undefined ||
    isAbsolute(root) ||
    !inside ||
    local.name === '' ||
    local.name === 'this'
  )
    throw new CannotFix(NO_NAME);
  if (local.type.pointers !== 1) throw new CannotFix(NO_NAME);
  return { written: local.name, local: index, type: local.type.base, fields: [] };
}

/** The object is known where the region begins, and stays the same in it. */
export function checkSame(site: FixSite, object: NamedObject, region: Region): void {
  const span = spanOfRegion(site, region);
  for (const step of site.stepsIn(span)) {
    const op = site.view.op(step);
    if (op?.kind !== 'store' && op?.kind !== 'update') continue;
    const { place } = op;
    const changed =
      (place.kind === 'local' && place.local === object.local) ||
      (place.kind === 'field' && object.fields.includes(place.field));
    if (changed) throw new CannotFix(`\`${object.written}\` changes while it would be locked.`);
  }
  const members = site.members(region.block).slice(region.first, region.last + 1);
  for (const member of members) {
    refuseNullTests(site, object.written, member);
    refuseReleases(site, object.written, member);
  }
  if (object.fields.length > 0 && !isUsedAlways(site, object.written, members[0] ?? -1))
    throw new CannotFix(`\`${object.written}\` may be missing where it would be locked.`);
  const local = object.local === null ? undefined : site.body.locals[object.local];
  if (local !== undefined && !local.parameter && site.view.absolute(local.span).start >= span.start)
    throw new CannotFix(`\`${object.written}\` is not known yet where the lock would have to be taken.`);
}

/** What a field leads to is there for certain where the statement uses it whenever it is reached. */
function isUsedAlways(site: FixSite, object: string, member: number): boolean {
  return site
    .nodes(member, 'field_expression')
    .some(
      node => bracketless(site.source.textOf(node)) === bracketless(object) && isAlwaysEvaluated(site, member, node),
    );
}

/** Where the code asks whether there is an object, there may be none to lock. */
export function refuseNullTests(site: FixSite, object: string, node: number): void {
  if (isTestedForNull(site, object, node)) throw new CannotFix(`\`${object}\` may be NULL where it would be locked.`);
}

/** Whoever lets go of the last reference to what is locked can not unlock it any more. */
export function refuseReleases(site: FixSite, object: string, node: number): void {
  const { source } = site;
  const releases = site.nodes(node, 'call_expression').some(call => {
    if (!dropsReference(source.textOf(source.child(call, 'function')))) return false;
    const argument = source.firstNamed(source.child(call, 'arguments'));
    return argument >= 0 && source.textOf(argument).replace(/^\([^()]*\)|\s+/g, '') === object.replace(/\s+/g, '');
  });
  if (releases) throw new CannotFix(`\`${object}\` may be freed while it is locked.`);
}

/** C++ names lack their namespaces where they are used, and a struct may inherit its head. */
export function structsNamed(site: FixSite, name: string): StructType[] {
  const last = name.replace(/^.*::/, '');
  return site.extension.units
    .flatMap(unit => unit.structs)
    .filter(struct => [struct.name, ...struct.aliases].some(one => one === name || one.replace(/^.*::/, '') === last));
}

export function isPythonObject(site: FixSite, type: string, depth = 0): boolean {
  if (/^_?Py\w*Object$/.test(type)) return true;
  return structsNamed(site, type).some(
    struct => struct.isObject || (depth < DEEPEST && struct.bases.some(base => isPythonObject(site, base, depth + 1))),
  );
}

/** The one mutex that objects of the type have; null when there is none or more than one. */
export function mutexField(site: FixSite, type: string): string | null {
  const mutexes = structsNamed(site, type).flatMap(struct =>
    struct.fields.filter(field => field.type.base === 'PyMutex' && field.type.pointers === 0),
  );
  const names = new Set(mutexes.map(field => field.name));
  return names.size === 1 ? ([...names][0] ?? null) : null;
}
