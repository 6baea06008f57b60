/** Fixes as the editor and the command line get them: proposed, applied to the text, and analysed again before they are offered. */
import { applyEdits } from '../fixes/edits.ts';
import { type FixRequest, isProposed } from '../fixes/model.ts';
import { propose } from '../fixes/propose.ts';
import { verdict } from '../fixes/verify.ts';
import type { Finding } from '../rules/finding.ts';
import { RULES } from '../rules/registry.ts';
import type { Offers } from './core.ts';
import type { Fix, Refusal } from './service.ts';

/** What only a special setting shows does not speak against a fix. */
const BY_DEFAULT = new Set(RULES.filter(rule => rule.group === 'default').map(rule => rule.id));

/** `recheck`: all findings of the extension with another text of the finding's file. */
export function offerFixes(request: FixRequest, recheck: (text: string) => readonly Finding[], most: number): Offers {
  const { finding, findings, syntax } = request;
  const offered: Fix[] = [];
  const refused: Refusal[] = [];
  for (const proposal of propose(request)) {
    if (offered.length === most) break;
    if (!isProposed(proposal)) {
      refused.push({ ...proposal, rule: finding.rule });
      continue;
    }
    const { title, safety, edits } = proposal;
    const { holds, gained } = verdict(finding, findings, recheck(applyEdits(syntax.lens.original, edits)), BY_DEFAULT);
    if (holds) offered.push({ title, safety, rule: finding.rule, edits: [{ file: finding.file, edits }] });
    else
      refused.push({
        title,
        rule: finding.rule,
        reason:
          gained.length > 0
            ? `It would bring ${[...new Set(gained)].join(', ')}.`
            : 'The hazard would remain: what it needs goes beyond this function.',
      });
  }
  // What was refused matters only when nothing could be done.
  return { offered, refused: offered.length > 0 ? [] : refused };
}
