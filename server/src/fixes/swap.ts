/** A field that gets another object: the new one goes in before the old one is let go of, which may run any code. */
import type { Access } from '../analysis/accesses.ts';
import type { Edits } from './edits.ts';
import type { LockChoice } from './locks.ts';
import { type Region, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

const RELEASE = /^(Py_X?DECREF)\s*\(\s*(?:\(PyObject \*\)\s*)?([\w.>-]+)\s*\)\s*;$/;

/** `Py_XDECREF(self->x); self->x = y;` runs code while the field still names the dead object: the release goes last. */
export function swapThenRelease(
  site: FixSite,
  edits: Edits,
  access: Access,
  region: Region,
  lock: LockChoice,
): boolean {
  // A guard lets go at the end of its scope, behind the release.
  if (lock.guarded !== undefined) return false;
  const { source } = site;
  const [drop = -1, store = -1, ...more] = site.members(region.block).slice(region.first, region.last + 1);
  const match = RELEASE.exec(drop < 0 ? '' : source.textOf(drop));
  const assignment = store < 0 ? -1 : source.firstNamed(store);
  const increments = more.every(one => /^Py_X?INCREF\s*\(/.test(source.textOf(one)));
  if (match === null || !increments || assignment < 0 || source.kind(assignment) !== 'assignment_expression')
    return false;
  const [, release = '', field = ''] = match;
  if (source.textOf(source.child(assignment, 'left')) !== field || access.type?.pointers !== 1) return false;
  const old = site.freshName('old', 'previous');
  edits.replace(
    site.spanOf(drop),
    `${access.type.base} *${old};\n${edits.indentAt(site.startOf(drop))}${lock.open}\n${edits.indentAt(site.startOf(drop))}${old} = ${field};`,
  );
  edits.lineAfter(site.endOf(more.at(-1) ?? store), site.startOf(store), lock.close, `${release}(${old});`);
  return true;
}

/** The same in the midst of what is locked: `Py_XDECREF(self->x); self->x = y;` is `Py_XSETREF(self->x, y);`. */
export function swapInside(site: FixSite, edits: Edits, access: Access, region: Region): void {
  const { source } = site;
  const span = spanOfRegion(site, region);
  for (const drop of site.nodes(region.block, 'expression_statement')) {
    if (site.startOf(drop) < span.start || site.endOf(drop) > span.end) continue;
    const [, release, field] = RELEASE.exec(source.textOf(drop)) ?? [];
    const siblings = site.isList(source.parent(drop)) ? site.members(source.parent(drop)) : [];
    const store = siblings[siblings.indexOf(drop) + 1] ?? -1;
    const assignment = store < 0 ? -1 : source.firstNamed(store);
    const replaces =
      field !== undefined &&
      field.endsWith(access.name) &&
      assignment >= 0 &&
      source.kind(assignment) === 'assignment_expression' &&
      source.textOf(source.child(assignment, 'left')) === field &&
      site.written({ start: site.endOf(drop), end: site.startOf(store) }).trim() === '';
    if (!replaces) continue;
    const value = site.writtenOf(source.child(assignment, 'right'));
    const macro = release === 'Py_DECREF' ? 'Py_SETREF' : 'Py_XSETREF';
    edits.replace({ start: site.startOf(drop), end: site.endOf(store) }, `${macro}(${field}, ${value});`);
  }
}
