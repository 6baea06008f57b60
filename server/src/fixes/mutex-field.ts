/** A mutex as a new field of a struct that is declared in the file, set where the objects are made without being cleared. */
import type { Edits } from './edits.ts';
import { CannotFix } from './model.ts';
import { leavesWhenNull } from './null-tests.ts';
import { structsNamed } from './objects.ts';
import { FixSite } from './site.ts';

/** Returns the field's name. */
export function addMutex(site: FixSite, edits: Edits, type: string): string {
  const found = structsNamed(site, type);
  const [struct] = found;
  const here = site.view.unit.structs.some(one => one === struct);
  if (struct === undefined || found.length !== 1 || !here)
    throw new CannotFix(`The struct of \`${type}\` is declared in another file: give it a \`PyMutex\` there.`);
  const last = struct.fields.at(-1);
  const close = site.text.lastIndexOf('}', struct.span.end);
  if (last === undefined || last.type.array || close < last.span.end)
    throw new CannotFix(`The struct of \`${type}\` has no place for a \`PyMutex\`.`);
  const name = ['mutex', 'lock', 'guard'].find(one => struct.fields.every(field => field.name !== one));
  if (name === undefined) throw new CannotFix(`The struct of \`${type}\` has no place for a \`PyMutex\`.`);
  const end = site.text.indexOf(';', last.span.end - 1) + 1;
  edits.lineAfter(end, last.span.start, `PyMutex ${name};`);
  for (const made of site.extension.functions) initialise(site, made.name, edits, struct.name, name);
  return name;
}

/** `PyObject_New()` does not clear what it makes. */
function initialise(site: FixSite, name: string, edits: Edits, struct: string, field: string): void {
  const view = site.extension.functions.find(one => one.name === name);
  if (view === undefined) return;
  const { start, body } = view.function.function;
  if (view.unit.file !== site.view.unit.file) return;
  const text = site.text.slice(start, start + body.length);
  for (const match of text.matchAll(new RegExp(`\\b_?PyObject_(?:GC_)?New(?:Var)?\\s*\\(\\s*${struct}\\b`, 'g'))) {
    const maker = FixSite.ofView(site.request, view);
    if (maker === null) throw new CannotFix(`\`${name}\` makes such objects and could not be read.`);
    behindCreation(maker, edits, start + match.index, field);
  }
}

function behindCreation(site: FixSite, edits: Edits, offset: number, field: string): void {
  const { source } = site;
  const call = site.nodeAt({ start: offset, end: offset + 1 });
  const holder = [...site.ancestors(call)].find(node =>
    /^(?:assignment_expression|init_declarator)$/.test(source.kind(node)),
  );
  const left =
    holder === undefined ? -1 : source.child(holder, source.kind(holder) === 'init_declarator' ? 'declarator' : 'left');
  const variable = left < 0 ? undefined : /^[\s*]*(\w+)$/.exec(source.textOf(left))?.[1];
  if (variable === undefined) throw new CannotFix(`\`${site.body.name}\` makes such objects without a name for them.`);
  const member = site.memberOf(call);
  const members = site.members(source.parent(member));
  const after = [member, members[members.indexOf(member) + 1] ?? -1].find(
    node => node >= 0 && leavesWhenNull(site, node, variable),
  );
  if (after === undefined)
    throw new CannotFix(`\`${site.body.name}\` makes such objects and does not test for failure at once.`);
  edits.lineAfter(site.endOf(after), site.startOf(after), `${variable}->${field} = (PyMutex){0};`);
}
