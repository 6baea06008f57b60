/** The function renamed `…_lock_held`, and a function of the old name that locks and calls it: no exit needs rewriting. */

import { parameterOf } from '../analysis/paths.ts';
import { refuseForeignThread } from './attached.ts';
import { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import { type LockChoice, section } from './locks.ts';
import { CannotFix, type Proposed } from './model.ts';
import { guardOf } from './object-guard.ts';
import { refuseNullTests, refuseReleases } from './objects.ts';
import { meetsSection } from './region.ts';
import type { FixSite } from './site.ts';

export function lockedWrapper(site: FixSite, lock: LockChoice): Proposed {
  const { body, view, source } = site;
  const locked = lock.local === null ? undefined : body.locals[lock.local];
  // `self` may be a cast of the parameter: the parameter itself is what the wrapper locks.
  const parameter = locked?.parameter === true ? lock.of : lockedParameter(site, lock);
  if (lock.kind !== 'critical-section') throw new CannotFix('Only objects are locked around a whole function.');
  if (!/^\w+$/.test(parameter)) throw new CannotFix(`\`${parameter}\` may be missing where it would be locked.`);
  if (body.ofClass !== undefined) throw new CannotFix('A locked wrapper of a method belongs into its class.');
  if (body.facts.clinic === true) return clinicDirective(site, parameter);
  refuseNullTests(site, parameter, site.block);
  refuseReleases(site, parameter, site.block);
  const blockSpan = site.spanOf(site.block);
  refuseForeignThread(site, blockSpan.start);
  if (meetsSection(site, blockSpan)) throw new CannotFix('There is a critical section in the function already.');
  const name = view.absolute(body.nameSpan);
  const definition = source.parent(site.block);
  const start = site.startOf(definition);
  if (source.kind(source.parent(definition)) === 'template_declaration')
    throw new CannotFix('The function is a template.');
  if (site.text.slice(site.text.lastIndexOf('\n', start - 1) + 1, start).trim() !== '')
    throw new CannotFix('A macro stands before the function, which may say something about it.');
  const inner = `${body.name}_lock_held`;
  if (site.text.includes(inner)) throw new CannotFix(`There is a \`${inner}\` already.`);
  const [list] = site.nodes(definition, 'parameter_list');
  if (list === undefined) throw new CannotFix('The parameters could not be read.');
  const edits = new Edits(site.text);
  edits.replace(name, inner);
  // Nobody else calls it: what other files know is the name that locks.
  if (!/\bstatic\b/.test(site.text.slice(start, name.start))) edits.insert(start, 'static ');
  const head = site.text.slice(start, name.start) + body.name + site.text.slice(name.end, site.endOf(list));
  const unit = indentUnit(site);
  const call = `${inner}(${argumentsOf(site, list).join(', ')});`;
  const brackets = section(parameter, site);
  const [open, close] = [unit + brackets.open, unit + brackets.close];
  const result = site.freshName('result', 'outcome');
  const guarded = brackets.guarded === undefined ? null : unit + guardOf(site, edits, brackets.guarded);
  const lines =
    guarded !== null
      ? [guarded, `${unit}${site.returnsNothing ? '' : 'return '}${call}`]
      : site.returnsNothing
        ? [open, unit + call, close]
        : [
            `${unit}${site.returnType}${result};`,
            open,
            `${unit}${result} = ${call}`,
            close,
            `${unit}return ${result};`,
          ];
  const brace = site.text.slice(site.endOf(list), blockSpan.start).includes('\n') ? '\n' : ' ';
  edits.insert(blockSpan.end, `\n\n${head}${brace}{\n${lines.join('\n')}\n}`);
  return { title: `Lock \`${parameter}\` around the whole of \`${body.name}\``, safety: 'safe', edits: edits.build() };
}

function lockedParameter(site: FixSite, lock: LockChoice): string {
  const local = lock.local;
  if (local !== null && lock.of !== site.body.locals[local]?.name)
    throw new CannotFix('The object to lock is no parameter.');
  const path = local === null ? '' : site.view.path({ kind: 'local', local }, lastStep(site));
  const parameter = site.body.locals[parameterOf(path) ?? -1];
  if (parameter === undefined || parameter.name === '') throw new CannotFix('The object to lock is no parameter.');
  return parameter.name;
}

function lastStep(site: FixSite): number {
  return site.finding.site.steps[0] ?? 0;
}

/** Names to pass on; unused parameters pass nothing. */
function argumentsOf(site: FixSite, list: number): string[] {
  return site.source.named(list).flatMap(node => {
    const text = site.writtenOf(node);
    if (text === 'void') return [];
    const unused = /\bPy_UNUSED\s*\(/.test(text);
    if (unused) return [/\*/.test(text) ? 'NULL' : '0'];
    // C++: a parameter without a name is not used.
    if (site.isCpp && /\*\s*$/.test(text)) return ['nullptr'];
    const name = /(\w+)\s*(?:\[\s*\])?$/.exec(text)?.[1];
    if (name === undefined || text.includes('(') || text === '...')
      throw new CannotFix('A parameter could not be passed on.');
    return [name];
  });
}

/** Argument Clinic writes the wrapper itself when it is told to. */
function clinicDirective(site: FixSite, parameter: string): Proposed {
  const start = site.view.function.function.start;
  const opening = '/*[clinic input]';
  const input = site.text.lastIndexOf(opening, start);
  const end = site.text.indexOf('[clinic start generated code]*/', input);
  const lines = site.text.slice(input, end);
  if (input < 0 || end < 0 || end > start + site.body.length || lines.includes('@critical_section'))
    throw new CannotFix('The input of Argument Clinic for the function could not be found.');
  const self = site.body.locals[0]?.name;
  const edits = new Edits(site.text);
  edits.insert(input + opening.length, `\n@critical_section${parameter === self ? '' : ` ${parameter}`}`);
  const title = `Add @critical_section to the Argument Clinic input of \`${site.body.name}\`, and run Clinic`;
  return { title, safety: 'suggested', edits: edits.build() };
}
