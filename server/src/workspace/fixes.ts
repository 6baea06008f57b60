/** Fixes as the editor and the command line get them: proposed, applied to the text, and analysed again before they are offered. */
import { compose } from '../fixes/compose.ts';
import { applyEdits } from '../fixes/edits.ts';
import { type FixRequest, isProposed, type Proposed } from '../fixes/model.ts';
import { propose } from '../fixes/propose.ts';
import { verdict } from '../fixes/verify.ts';
import type { Finding } from '../rules/finding.ts';
import { RULES } from '../rules/registry.ts';
import type { Offers } from './core.ts';
import type { FileEdits, Fix, FixSafety, Refusal, TextEdit } from './service.ts';

/** What only a special setting shows does not speak against a fix. */
const BY_DEFAULT = new Set(RULES.filter(rule => rule.group === 'default').map(rule => rule.id));

/** The extension with other texts of some of its files. */
export type Reanalyse = (texts: ReadonlyMap<string, string>) => Pick<FixRequest, 'extension' | 'findings' | 'syntaxOf'>;

export function offerFixes(request: FixRequest, reanalyse: Reanalyse, most: number): Offers {
  const { finding } = request;
  const offered: Fix[] = [];
  const refused: Refusal[] = [];
  for (const proposal of propose(request)) {
    if (offered.length === most) break;
    const outcome = isProposed(proposal) ? tryOut(request, proposal, reanalyse) : proposal.reason;
    if (typeof outcome === 'string') refused.push({ title: proposal.title, rule: finding.rule, reason: outcome });
    else offered.push({ ...outcome, rule: finding.rule });
  }
  // What was refused matters only when nothing could be done.
  return { offered, refused: offered.length > 0 ? [] : refused };
}

/** A lock here shows who lacks it elsewhere: so many places get theirs in the same fix. */
const MOST_PLACES = 4;

/** The proposal with what it needs at the other ends of the races, or why it does not hold. */
function tryOut(request: FixRequest, first: Proposed, reanalyse: Reanalyse): Omit<Fix, 'rule'> | string {
  const { finding, findings, syntaxOf } = request;
  const made = new Made(file => syntaxOf(file)?.lens.original ?? '');
  const also = new Set<string>();
  let safety: FixSafety = 'safe';
  for (let next: Proposed = first, of = finding; ; ) {
    made.add([{ file: of.file, edits: next.edits }, ...(next.elsewhere ?? [])]);
    if (next.safety === 'suggested') safety = 'suggested';
    const now = reanalyse(made.texts);
    const { holds, gained } = verdict(finding, findings, now.findings, BY_DEFAULT);
    if (holds) {
      const title = also.size === 0 ? first.title : `${first.title}, and in ${[...also].join(' and ')}`;
      return { title, safety, edits: made.edits() };
    }
    const [partner] = gained;
    if (partner === undefined) return 'The hazard would remain: what it needs goes beyond this function.';
    const syntax = now.syntaxOf(partner.file);
    const elsewhere = isOtherEnd(finding, partner) && syntax !== undefined && also.size + 1 < MOST_PLACES;
    const proposed = elsewhere ? propose({ ...request, ...now, syntax, finding: partner }).find(isProposed) : undefined;
    if (proposed === undefined) return `It would bring ${[...new Set(gained.map(one => one.rule))].join(', ')}.`;
    const file = partner.file === finding.file ? '' : ` in ${partner.file.replace(/^.*\//, '')}`;
    also.add(`\`${partner.site.function ?? ''}\`${file}`);
    next = proposed;
    of = partner;
  }
}

/** Edits of several files, made in rounds: each for the texts that the one before it left. */
class Made {
  /** Of the files that were edited. */
  readonly texts = new Map<string, string>();
  readonly #original: (file: string) => string;
  readonly #rounds = new Map<string, (readonly TextEdit[])[]>();

  constructor(original: (file: string) => string) {
    this.#original = original;
  }

  add(round: readonly FileEdits[]): void {
    for (const { file, edits } of round) {
      if (edits.length === 0) continue;
      this.#rounds.set(file, [...(this.#rounds.get(file) ?? []), edits]);
      this.texts.set(file, applyEdits(this.texts.get(file) ?? this.#original(file), edits));
    }
  }

  /** Of the texts as they were, in the order in which the files were edited first. */
  edits(): FileEdits[] {
    return [...this.#rounds].map(([file, rounds]) => {
      const [only = []] = rounds;
      return { file, edits: rounds.length === 1 ? only : compose(this.#original(file).length, rounds) };
    });
  }
}

/** The same hazard, now reported where the lock is missing still. */
function isOtherEnd(finding: Finding, now: Finding): boolean {
  return now.rule === finding.rule && (now.file !== finding.file || now.site.function !== finding.site.function);
}
