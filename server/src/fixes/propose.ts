/** The facade: what can be done about a finding, the best first, not yet checked against the analysis. */
import { type FixRequest, isProposed, type Proposal, type Proposed } from './model.ts';
import { NO_CURE, UNKNOWN_FORM } from './no-cure.ts';
import { FixSite } from './site.ts';
import { FILE_TECHNIQUES, TECHNIQUES } from './table.ts';
import { forOlderPythons } from './versions.ts';

/** Never empty: a finding that nothing can be done about gets a refusal with its reason. */
export function propose(request: FixRequest): readonly Proposal[] {
  const { rule } = request.finding;
  const found = [...ofFile(request), ...ofFunction(request).map(one => forOlderPythons(request, one))];
  const distinct = found.filter(
    (one, index) => !isProposed(one) || found.findIndex(other => isProposed(other) && sameEdits(one, other)) === index,
  );
  return distinct.length > 0 ? distinct : [{ title: `Fix ${rule}`, reason: NO_CURE.get(rule) ?? UNKNOWN_FORM }];
}

function ofFile(request: FixRequest): readonly Proposal[] {
  return (FILE_TECHNIQUES.get(request.finding.rule) ?? []).flatMap(technique => technique(request));
}

function ofFunction(request: FixRequest): readonly Proposal[] {
  const techniques = TECHNIQUES.get(request.finding.rule) ?? [];
  if (techniques.length === 0 || request.finding.site.function === null) return [];
  const site = FixSite.of(request);
  if (site === null)
    return [{ title: `Fix ${request.finding.rule}`, reason: 'The function is made by a macro or could not be read.' }];
  return techniques.flatMap(technique => technique(site)).map(proposal => forOtherBuilds(site, proposal));
}

const LEAVES = /\b(?:return|goto|break|continue|Py_RETURN_\w+)\b/;

/** Code of other builds stands in the same function unseen: what it needs changed would not be. */
function forOtherBuilds(site: FixSite, proposal: Proposal): Proposal {
  if (!isProposed(proposal)) return proposal;
  const block = site.spanOf(site.block);
  const inside = proposal.edits.filter(({ span }) => block.start <= span.start && span.end <= block.end);
  const [first, last] = [inside[0]?.span.start ?? 0, inside.at(-1)?.span.end ?? 0];
  const { inactive } = site.request.syntax.lens;
  const { conditional } = site.view.unit;
  const skipped = inactive.some(({ span }) => span.start < last && first < span.end && LEAVES.test(site.written(span)));
  const apart = conditional.some(({ span }) => {
    const within = inside.filter(edit => span.start <= edit.span.start && edit.span.end <= span.end).length;
    return within > 0 && within < inside.length;
  });
  if (!skipped && !apart) return proposal;
  return {
    title: proposal.title,
    reason: 'Code for other builds stands in between, and would have to change with it.',
  };
}

function sameEdits(a: Proposal, b: Proposal): boolean {
  const text = ({ edits, elsewhere = [] }: Proposed): string => JSON.stringify([edits, elsewhere]);
  return isProposed(a) && isProposed(b) && text(a) === text(b);
}
