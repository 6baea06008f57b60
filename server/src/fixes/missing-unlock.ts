/** A way out that forgets the mutex which the others unlock: it gets the same line as they have. */
import { openBrace } from './bracket.ts';
import { Edits } from './edits.ts';
import { type Exit, exitsOf, indentUnit } from './exits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

export const unlockBeforeReturn: Technique = site => {
  const title = `Unlock \`${site.finding.subject}\` before this return`;
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const [leaving = -1, locking = -1] = site.finding.site.steps;
  const at = site.view.spanOf(leaving);
  const exit = exitsOf(site, site.spanOf(site.block)).find(
    one => one.kind === 'return' && one.span.start <= at.start && at.end <= one.span.end,
  );
  if (exit === undefined) throw new CannotFix('The return is made by a macro.');
  const edits = new Edits(site.text);
  const unlock = unlockLine(site, locking);
  const lines = [unlock];
  const plain = exit.valueNode < 0 || /^(?:identifier|null|number_literal|unary_expression)$/.test(kindOf(site, exit));
  if (!plain) {
    // What is worked out for the result may need the lock.
    const name = site.freshName('result', 'outcome');
    lines.unshift(`${site.returnType}${name} = ${site.writtenOf(exit.valueNode)};`);
    edits.replace(site.spanOf(exit.valueNode), name);
  }
  if (site.isInSequence(exit.node) || isLabelled(site, exit)) edits.lineBefore(exit.span.start, ...lines);
  else inBraces(site, edits, exit, lines);
  return { title, safety: 'safe', edits: edits.build() };
}

function isLabelled(site: FixSite, { node }: Exit): boolean {
  return site.source.kind(site.source.parent(node)) === 'labeled_statement';
}

function kindOf(site: FixSite, { valueNode }: Exit): string {
  return site.source.kind(site.source.unwrap(valueNode));
}

/** As another way out unlocks it. */
function unlockLine(site: FixSite, locking: number): string {
  const op = site.view.op(locking);
  const [target] = op?.kind === 'acquire' ? op.lock.targets : [];
  const path = target === undefined ? null : site.view.path(target, locking);
  const release = site.body.steps.findIndex(
    ({ op: one }, step) =>
      one.kind === 'release' && path !== null && one.lock.targets.some(of => site.view.path(of, step) === path),
  );
  const line = release < 0 ? '' : site.writtenOf(site.memberOf(site.nodeOfStep(release)));
  if (!/^\w+\s*\([^;{}]*\);$/.test(line))
    throw new CannotFix('How it is unlocked could not be told from other ways out.');
  return line;
}

function inBraces(site: FixSite, edits: Edits, { node, span }: Exit, lines: readonly string[]): void {
  const outer = edits.indentAt(site.startOf(site.source.parent(node)));
  const inner = outer + indentUnit(site);
  openBrace(site, edits, node, inner);
  edits.insert(span.start, lines.map(line => `${line}\n${inner}`).join(''));
  edits.insert(edits.behindComment(site.endOf(node)), `\n${outer}}`);
}
