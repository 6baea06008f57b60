/** A mutex for a global that several files use: defined beside the variable, and declared wherever the variable is. */
import type { Access } from '../analysis/accesses.ts';
import type { GlobalVariable } from '../program/model.ts';
import { declarationIn, mutexOfPartners } from './globals.ts';
import { type LockChoice, mutex } from './locks.ts';
import type { ManyEdits } from './many-edits.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

export function sharedMutex(site: FixSite, edits: ManyEdits, access: Access, variable: GlobalVariable): LockChoice {
  const there = mutexOfPartners(site, access);
  if (there !== null) return there;
  const own = variable.name;
  const name = `${own}_mutex`;
  const known = site.extension.units.flatMap(unit =>
    unit.globals.filter(one => one.name === own && one.storage !== 'static').map(one => ({ unit, variable: one })),
  );
  const defined = known.filter(one => one.variable.storage === 'external-definition');
  const [definition] = defined;
  if (!/^\w+$/.test(own) || definition === undefined || defined.length > 1)
    throw new CannotFix(`Where \`${own}\` is defined could not be found.`);
  if (known.some(({ unit }) => unit.language !== definition.unit.language && unit.language === 'cpp'))
    throw new CannotFix(`\`${own}\` is declared in C and in C++.`);
  for (const { unit, variable: declared } of known) {
    const syntax = site.request.syntaxOf(unit.file);
    if (syntax === undefined) throw new CannotFix(`\`${unit.file}\` could not be read.`);
    const { original } = syntax.lens;
    if (new RegExp(`\\b${name}\\b`).test(original)) throw new CannotFix(`\`${name}\` is something else.`);
    const { start, end } = declarationIn(original, declared).declaration;
    const storage = declared.storage === 'extern' ? 'extern ' : '';
    edits.of(unit.file).lineAfter(end, start, `${storage}PyMutex ${name};`);
  }
  return mutex(name);
}

/** The variable is one for the whole extension, and functions of more than one file use it. */
export function isShared(site: FixSite, variable: GlobalVariable, users: readonly Access[]): boolean {
  if (variable.storage === 'static' || variable.inFunction !== null) return false;
  return !site.unitDeclares(variable) || users.some(one => one.function.unit.file !== site.view.unit.file);
}
