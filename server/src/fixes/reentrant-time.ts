/** `gmtime()` and `localtime()` fill a static struct: the `_r` forms fill one of our own. */
import { Edits } from './edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

const FORMS: ReadonlyMap<string, string> = new Map([
  ['gmtime', 'gmtime_r'],
  ['localtime', 'localtime_r'],
]);

export const ownTimeStruct: Technique = site => {
  const step = site.finding.site.steps[0] ?? -1;
  const op = site.view.op(step);
  const name = op?.kind === 'call' ? (op.callee.name ?? '') : '';
  const form = FORMS.get(name);
  return form === undefined
    ? []
    : [attempt(`Use ${form}() with a struct of its own`, () => rewrite(site, step, name, form))];
};

function rewrite(site: FixSite, step: number, name: string, form: string): Proposed {
  const { source } = site;
  const call = site.callOfStep(step);
  if (call < 0 || source.textOf(source.child(call, 'function')) !== name)
    throw new CannotFix('The call is made by a macro.');
  const member = site.memberOf(call);
  const holder = source.parent(call);
  const outlives =
    source.kind(holder) === 'return_statement' ||
    (source.kind(holder) === 'assignment_expression' && source.kind(source.child(holder, 'left')) !== 'identifier');
  if (outlives || source.parent(member) !== site.block)
    throw new CannotFix('The result has to outlive the block that it is made in.');
  const own = site.freshName('broken_down', 'own_time');
  const edits = new Edits(site.text);
  edits.lineBefore(site.startOf(member), `struct tm ${own};`);
  edits.replace(site.spanOf(source.child(call, 'function')), form);
  edits.insert(site.endOf(call) - 1, `, &${own}`);
  // Windows has gmtime_s() with its arguments the other way round.
  return { title: `Use ${form}() with a struct of its own`, safety: 'suggested', edits: edits.build() };
}
