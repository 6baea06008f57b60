/** Says that the module needs no GIL; offered only when nothing is left that would crash or corrupt without it. */
import { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import {
  attempt,
  CannotFix,
  type FileTechnique,
  type FixRequest,
  type Proposed,
  type Refused,
  type Technique,
} from './model.ts';
import type { FixSite } from './site.ts';
import { olderThan313 } from './versions.ts';

const SLOT = '{Py_mod_gil, Py_MOD_GIL_NOT_USED},';

/** What remains, as a refusal; null when nothing does. */
function remaining({ findings }: FixRequest, title: string): Refused | null {
  const grave = findings.filter(
    one => (one.severity === 'crash' || one.severity === 'corruption') && one.confidence !== 'possible',
  );
  const [first] = grave;
  if (first === undefined) return null;
  const where = first.site.function === null ? '' : ` in \`${first.site.function}\``;
  const more = grave.length > 1 ? ` and ${grave.length - 1} more` : '';
  return { title, reason: `Hazards that crash or corrupt remain: ${first.rule}${where}${more}.` };
}

export const declareSlot: FileTechnique = request => {
  const title = 'Add the Py_mod_gil slot';
  const refusal = remaining(request, title);
  if (refusal !== null) return [refusal];
  const { finding, syntax, settings } = request;
  const text = syntax.lens.original;
  const edits = new Edits(text);
  const start = sentinelAfter(text, finding.span.end);
  if (start === null) return [{ title, reason: 'The end of the slots could not be found.' }];
  const guarded = olderThan313(settings.minimumPython);
  const indent = edits.indentAt(start);
  const alone = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';
  if (guarded && !alone)
    return [{ title, reason: 'The slots stand on one line: a slot that older Pythons lack needs a line of its own.' }];
  if (guarded) {
    const line = text.lastIndexOf('\n', start - 1) + 1;
    edits.insert(line, `#ifdef Py_mod_gil\n${indent}${SLOT}\n#endif\n`);
  } else edits.insert(start, alone ? `${SLOT}\n${indent}` : `${SLOT} `);
  return [{ title, safety: 'suggested', edits: edits.build() }];
};

export const callSetGil: Technique = site => {
  const title = 'Call PyUnstable_Module_SetGIL()';
  const refusal = remaining(site.request, title);
  return refusal === null ? [attempt(title, () => declareBesideCreation(site, title))] : [refusal];
};

function declareBesideCreation(site: FixSite, title: string): Proposed {
  const { source } = site;
  const call = site.callOfStep(site.finding.site.steps[0] ?? -1);
  const member = site.memberOf(call);
  const kind = source.kind(member);
  const holder = source.parent(call);
  const edits = new Edits(site.text);
  const unit = indentUnit(site);
  const guarded = (name: string): string[] => [
    '#ifdef Py_GIL_DISABLED',
    `${edits.indentAt(site.startOf(member))}if (${name} != NULL) {`,
    `${edits.indentAt(site.startOf(member))}${unit}PyUnstable_Module_SetGIL(${name}, Py_MOD_GIL_NOT_USED);`,
    `${edits.indentAt(site.startOf(member))}}`,
    '#endif',
  ];
  if (kind === 'return_statement' && holder === member) {
    const name = site.freshName('module', 'made');
    edits.replace({ start: site.startOf(member), end: site.startOf(call) }, `PyObject *${name} = `);
    edits.insert(
      site.endOf(member),
      `\n${guarded(name).join('\n')}\n${edits.indentAt(site.startOf(member))}return ${name};`,
    );
  } else {
    const target =
      source.kind(holder) === 'init_declarator'
        ? source.child(holder, 'declarator')
        : source.kind(holder) === 'assignment_expression'
          ? source.child(holder, 'left')
          : -1;
    const name = target < 0 ? undefined : /^[\s*]*(\w+)$/.exec(source.textOf(target))?.[1];
    if (name === undefined || (kind !== 'declaration' && kind !== 'expression_statement'))
      throw new CannotFix('The module is created in the middle of a larger expression.');
    edits.insert(edits.behindComment(site.endOf(member)), `\n${guarded(name).join('\n')}`);
  }
  return { title, safety: 'suggested', edits: edits.build() };
}

/** Where the `{0, NULL}` begins that ends the table; null when something else stands there. */
function sentinelAfter(text: string, end: number): number | null {
  const gap =
    /^[\s,]*(?:\/\*(?:(?!\*\/)[\s\S])*\*\/\s*|\/\/[^\n]*\n\s*|#[^\n]*\n\s*)*/.exec(text.slice(end))?.[0].length ?? 0;
  return /^\{\s*(?:0\b|NULL\b|\})/.test(text.slice(end + gap)) ? end + gap : null;
}
