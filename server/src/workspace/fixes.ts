/** Fixes as the editor and the command line get them: proposed, applied to the text, and analysed again before they are offered. */
import { compose } from '../fixes/compose.ts';
import { applyEdits } from '../fixes/edits.ts';
import { type FixRequest, isProposed, type Proposed } from '../fixes/model.ts';
import { propose } from '../fixes/propose.ts';
import { verdict } from '../fixes/verify.ts';
import type { Finding } from '../rules/finding.ts';
import { RULES } from '../rules/registry.ts';
import type { Offers } from './core.ts';
import type { Fix, FixSafety, Refusal, TextEdit } from './service.ts';

/** What only a special setting shows does not speak against a fix. */
const BY_DEFAULT = new Set(RULES.filter(rule => rule.group === 'default').map(rule => rule.id));

/** The extension with another text of the finding's file. */
export type Reanalyse = (text: string) => Pick<FixRequest, 'extension' | 'findings' | 'syntax'>;

export function offerFixes(request: FixRequest, reanalyse: Reanalyse, most: number): Offers {
  const { finding } = request;
  const offered: Fix[] = [];
  const refused: Refusal[] = [];
  for (const proposal of propose(request)) {
    if (offered.length === most) break;
    const outcome = isProposed(proposal) ? tryOut(request, proposal, reanalyse) : proposal.reason;
    if (typeof outcome === 'string') refused.push({ title: proposal.title, rule: finding.rule, reason: outcome });
    else {
      const { title, safety, edits } = outcome;
      offered.push({ title, safety, rule: finding.rule, edits: [{ file: finding.file, edits }] });
    }
  }
  // What was refused matters only when nothing could be done.
  return { offered, refused: offered.length > 0 ? [] : refused };
}

/** A lock here shows who lacks it elsewhere: so many places get theirs in the same fix. */
const MOST_PLACES = 4;

/** The proposal with what it needs at the other ends of the races, or why it does not hold. */
function tryOut(request: FixRequest, first: Proposed, reanalyse: Reanalyse): Proposed | string {
  const { finding, findings, syntax } = request;
  const { original } = syntax.lens;
  const rounds: (readonly TextEdit[])[] = [];
  const also = new Set<string>();
  let text = original;
  let safety: FixSafety = 'safe';
  for (let next: Proposed = first; ; ) {
    rounds.push(next.edits);
    if (next.safety === 'suggested') safety = 'suggested';
    text = applyEdits(text, next.edits);
    const now = reanalyse(text);
    const { holds, gained } = verdict(finding, findings, now.findings, BY_DEFAULT);
    if (holds) {
      const title = also.size === 0 ? first.title : `${first.title}, and in ${[...also].map(quoted).join(' and ')}`;
      return { title, safety, edits: rounds.length === 1 ? first.edits : compose(original.length, rounds) };
    }
    const [partner] = gained;
    if (partner === undefined) return 'The hazard would remain: what it needs goes beyond this function.';
    const brings = `It would bring ${[...new Set(gained.map(one => one.rule))].join(', ')}.`;
    const elsewhere = isOtherEnd(finding, partner) && rounds.length < MOST_PLACES;
    const proposed = elsewhere ? propose({ ...request, ...now, finding: partner }).find(isProposed) : undefined;
    if (proposed === undefined) return brings;
    also.add(partner.site.function ?? '');
    next = proposed;
  }
}

/** The same hazard, now reported where the lock is missing still. */
function isOtherEnd(finding: Finding, now: Finding): boolean {
  return now.rule === finding.rule && now.file === finding.file && now.site.function !== finding.site.function;
}

function quoted(name: string): string {
  return `\`${name}\``;
}
