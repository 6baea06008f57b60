/** The facade: what can be done about a finding, the best first, not yet checked against the analysis. */
import { type FixRequest, isProposed, type Proposal } from './model.ts';
import { FixSite } from './site.ts';
import { FILE_TECHNIQUES, TECHNIQUES } from './table.ts';

/** Never empty: a finding that nothing can be done about gets a refusal with its reason. */
export function propose(request: FixRequest): readonly Proposal[] {
  const { rule } = request.finding;
  const found = [...ofFile(request), ...ofFunction(request)];
  const distinct = found.filter(
    (one, index) => !isProposed(one) || found.findIndex(other => isProposed(other) && sameEdits(one, other)) === index,
  );
  return distinct.length > 0
    ? distinct
    : [{ title: `Fix ${rule}`, reason: 'There is no mechanical cure for this: see the page of the rule.' }];
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
  return techniques.flatMap(technique => technique(site));
}

function sameEdits(a: Proposal, b: Proposal): boolean {
  return isProposed(a) && isProposed(b) && JSON.stringify(a.edits) === JSON.stringify(b.edits);
}
