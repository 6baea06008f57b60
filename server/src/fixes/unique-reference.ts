/** `Py_REFCNT(x) == 1` says little when other threads count for themselves: the call that asks about all of them. */
import { Edits } from './edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

const CALL = 'PyUnstable_Object_IsUniquelyReferenced';

export const askForAll: Technique = site => {
  const title = `Ask ${CALL}()`;
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const { source } = site;
  const [step = -1] = site.finding.site.steps;
  const at = site.view.spanOf(step);
  let comparison = -1;
  for (const node of site.nodes(site.block, 'binary_expression')) {
    if (site.startOf(node) <= at.start && at.end <= site.endOf(node) && /Py_REFCNT\s*\(/.test(source.textOf(node)))
      comparison = node;
  }
  if (comparison < 0) throw new CannotFix('The count is not compared where it is read.');
  const [left, right] = [source.child(comparison, 'left'), source.child(comparison, 'right')];
  const call = source.unwrap(left);
  const object = /^Py_REFCNT\s*\(([\s\S]*)\)$/.exec(site.writtenOf(call))?.[1]?.trim();
  const operator = source.textOf(source.child(comparison, 'operator'));
  const asks = `${operator} ${source.textOf(right)}`;
  if (object === undefined) throw new CannotFix('The count is not compared in a form that can be followed.');
  const edits = new Edits(site.text);
  const asked = `${CALL}(${asObject(site, object)})`;
  if (/^(?:== 1|<= 1|< 2)$/.test(asks)) edits.replace(site.spanOf(comparison), asked);
  else if (/^(?:!= 1|> 1|>= 2)$/.test(asks)) edits.replace(site.spanOf(comparison), `!${asked}`);
  else throw new CannotFix('The count is compared with something else than one.');
  // Threads that come by way of the object that keeps it count no reference of their own.
  const kept = site.finding.owner !== undefined && site.view.locksAt(step).length === 0;
  return kept
    ? { title: `${title}, and still lock the object that keeps it`, safety: 'suggested', edits: edits.build() }
    : { title, safety: 'safe', edits: edits.build() };
}

/** It takes a `PyObject *`. */
function asObject(site: FixSite, object: string): string {
  const type = site.body.locals.find(local => local.name === object)?.type.base;
  if (type === 'PyObject' || /^\(\s*PyObject\s*\*\s*\)/.test(object)) return object;
  const field = /->(\w+)$/.exec(object)?.[1];
  const owner = field === undefined ? null : site.extension.linker.onlyStructWith(field);
  if (field !== undefined && owner !== null && site.extension.linker.field(owner, field)?.type.base === 'PyObject')
    return object;
  return `(PyObject *)${/^[\w>.-]+$/.test(object) ? object : `(${object})`}`;
}
