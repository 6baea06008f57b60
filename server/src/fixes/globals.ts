/** A global variable as it is declared, and the mutex that may stand beside it. */
import type { Access } from '../analysis/accesses.ts';
import type { GlobalVariable, Place, Span } from '../program/model.ts';
import type { Edits } from './edits.ts';
import { type LockChoice, mutex } from './locks.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';
import { behindIncludes } from './versions.ts';

export interface DeclaredGlobal {
  readonly variable: GlobalVariable;
  /** As written in the code. */
  readonly name: string;
  /** From `static` to `;`. */
  readonly declaration: Span;
  /** The type without storage, ready for a name: `PyObject *`, `unsigned long `. */
  readonly type: string;
  /** It declares nothing else. */
  readonly single: boolean;
}

export function flaggedGlobal(site: FixSite): Access | null {
  for (const step of site.finding.site.steps) {
    const access = site.extension.accesses.at(site.view, step);
    if (access !== undefined && access.struct === null) return access;
  }
  return null;
}

/** Throws when the variable is not declared in the finding's file in a form that can be followed. */
export function declaredGlobal(site: FixSite, access: Access): DeclaredGlobal {
  const op = site.view.op(access.step);
  const place = op?.kind === 'load' || op?.kind === 'store' || op?.kind === 'update' ? rootOf(op.place) : null;
  if (op?.kind === 'call')
    throw new CannotFix(`\`${op.callee.name ?? 'A helper'}\` fills the variable through its address: lock in there.`);
  const found = place?.kind === 'global' ? site.view.global(place.name)?.variable : undefined;
  if (found === undefined) throw new CannotFix('The variable is declared in another file.');
  return declarationOf(site, found);
}

/** Throws when the variable is not declared in the finding's file in a form that can be followed. */
export function declarationOf(site: FixSite, found: GlobalVariable): DeclaredGlobal {
  if (found.storage === 'extern' || !site.unitDeclares(found))
    throw new CannotFix('The variable is declared in another file.');
  return declarationIn(site.text, found);
}

/** The declaration of the variable in the text of its file. Throws when it has a form that can not be followed. */
export function declarationIn(text: string, found: GlobalVariable): DeclaredGlobal {
  const own = found.name.replace(/^.*[.:]/, '');
  // The span may cover the declarator only: the declaration reaches from the line's first word to the `;`.
  const before = Math.max(
    text.lastIndexOf(';', found.span.start - 1),
    text.lastIndexOf('}', found.span.start - 1),
    text.lastIndexOf('{', found.span.start - 1),
  );
  const stop = Math.max(
    before,
    text.lastIndexOf('*/', found.span.start),
    lastLineComment(text, found.span.start),
    lastDirective(text, found.span.start),
  );
  const start = stop + 1 + (/^[/\s]*/.exec(text.slice(stop + 1))?.[0].length ?? 0);
  const end = text.indexOf(';', found.span.start) + 1;
  const written = text.slice(start, end);
  const match =
    /^((?:(?:static|extern|inline)\s+)*)((?:const\s+|volatile\s+|unsigned\s+|signed\s+|long\s+|short\s+|struct\s+)*\w+)([\s*]+)(\w+)\s*(?:\[[^\],;]*\]\s*)*(?:=(?:[^,;]*|\s*\{[^;]*\}\s*))?;$/.exec(
      written,
    );
  if (match === null || match[4] !== own)
    throw new CannotFix(`The declaration of \`${own}\` has a form that can not be changed here.`);
  return {
    variable: found,
    name: match[4] ?? '',
    declaration: { start, end },
    type: `${match[2]}${(match[3] ?? ' ').includes('*') ? ` ${(match[3] ?? '').replace(/\s/g, '')}` : ' '}`,
    single: true,
  };
}

/** The variable that an element or member belongs to. */
function rootOf(place: Place): Place {
  let at = place;
  while ((at.kind === 'element' || at.kind === 'field') && at.base.kind === 'address') at = at.base.place;
  return at;
}

function lastLineComment(text: string, before: number): number {
  const lines = text.slice(0, before).split('\n');
  let offset = before;
  for (let index = lines.length - 1; index >= 0; index--) {
    offset -= lines[index]?.length ?? 0;
    if (index < lines.length - 1 && (lines[index] ?? '').includes('//')) return offset + (lines[index] ?? '').length;
    if (index < lines.length - 3) break;
    offset -= 1;
  }
  return -1;
}

/** The end of a preprocessor line just above. */
function lastDirective(text: string, before: number): number {
  const lineStart = text.lastIndexOf('\n', before - 1);
  for (let end = lineStart; end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (/^\s*#/.test(line)) return end;
    if (line.trim() !== '') return -1;
    end = start - 1;
  }
  return -1;
}

/** A mutex that the racing code takes already, else one declared behind the variable. */
export function mutexBeside(site: FixSite, edits: Edits, access: Access, global: DeclaredGlobal): LockChoice {
  const there = mutexOfPartners(site, access);
  if (there !== null) return there;
  const name = `${global.name}_mutex`;
  if (!new RegExp(`\\b${name}\\b`).test(site.text)) declareMutex(site, edits, access, global, name);
  else if (site.view.global(name)?.variable.type.base !== 'PyMutex')
    throw new CannotFix(`\`${name}\` is something else.`);
  return mutex(name);
}

/** What the racing code locks, when that is a mutex of the extension. */
export function mutexOfPartners(site: FixSite, access: Access): LockChoice | null {
  for (const partner of site.extension.accesses.conflicts(access)) {
    for (const lock of partner.locks) {
      const name = /^=a:(?:.*[^\w])?(\w+)$/s.exec(lock)?.[1];
      if (name !== undefined && site.view.global(name)?.variable.type.base === 'PyMutex') return mutex(name);
      throw new CannotFix('The other end of the pair holds a lock of the project: take the same one here.');
    }
  }
  return null;
}

/** Behind the variable, or behind the includes when functions of the file use the variable before it is defined. */
function declareMutex(site: FixSite, edits: Edits, access: Access, global: DeclaredGlobal, name: string): void {
  const { start, end } = global.declaration;
  const users = site.extension.accesses.of(access.key).filter(one => one.function.unit.file === site.view.unit.file);
  if (global.variable.inFunction !== null || users.every(one => one.function.function.function.start > start))
    return edits.lineAfter(end, start, `static PyMutex ${name};`);
  const at = behindIncludes(site.text);
  if (at === null) throw new CannotFix('There is no place for a mutex behind the includes.');
  edits.insert(at, `\n\nstatic PyMutex ${name};`);
}

/** Adds a header behind the first include of the file, if it is not there yet. */
export function include(site: FixSite, edits: Edits, header: string): void {
  const lines = [...site.text.matchAll(/^[ \t]*#[ \t]*include[ \t]*([^\n]*)/gm)];
  if (lines.some(line => line[1]?.startsWith(header) === true)) return;
  const first = lines.find(line => /Python\.h/.test(line[1] ?? '')) ?? lines[0];
  if (first === undefined) throw new CannotFix(`There is no line to include ${header} beside.`);
  edits.insert(first.index + first[0].trimEnd().length, `\n#include ${header}`);
}
