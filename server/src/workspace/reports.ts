/** From what extensions found in a file to what is shown of it: selected, each finding once, accepted ones apart. */
import type { Finding } from '../rules/finding.ts';
import type { CheckedFile } from './checker.ts';
import { readConfiguration, selectorNames, type Vocabulary } from './configuration.ts';
import type { RuleInfo } from './core.ts';
import { comparePaths, relativePath } from './paths.ts';
import type { FileSettings } from './project.ts';
import type { Skip } from './recognise.ts';
import { createSelection } from './select.ts';
import type { FileReport, FunctionPlace, ReportedFinding } from './service.ts';
import { applySuppressions, type Suppressed } from './suppressions.ts';

export class Reporter {
  readonly #rules: readonly RuleInfo[];
  readonly #vocabulary: Vocabulary;
  readonly #selectors: ReadonlySet<string>;

  constructor(rules: readonly RuleInfo[], vocabulary: Vocabulary) {
    this.#rules = rules;
    this.#vocabulary = vocabulary;
    this.#selectors = new Set(selectorNames(vocabulary));
  }

  /** What one file's extensions found in it, as settings and comments show it. */
  report(file: string, text: string, at: FileSettings, checked: readonly CheckedFile[]): FileReport {
    const first = checked[0];
    if (!first || first.skipped !== null) {
      const report = skippedReport(file, {
        reason: first?.skipped ?? 'unreadable',
        generator: first?.generator ?? null,
      });
      return first?.failure ? { ...report, failure: first.failure } : report;
    }
    const findings = checked.flatMap(entry => entry.findings);
    const { kept, suppressed, notices } = this.shown(file, text, at, findings, first.functions);
    const { functions, health } = first;
    return { file, findings: kept, suppressed, notices, functions, health, skipped: null };
  }

  /** Findings of one text as settings and comments show them. */
  shown(
    file: string,
    text: string,
    at: FileSettings,
    findings: readonly Finding[],
    functions: readonly FunctionPlace[],
  ): Suppressed {
    return applySuppressions(text, this.#selected(file, at, findings), functions, this.#selectors);
  }

  #selected(file: string, at: FileSettings, findings: readonly Finding[]): readonly ReportedFinding[] {
    // Most files: what settings say of every rule need not be found out for them.
    if (findings.length === 0) return [];
    const selection = createSelection(at.settings, this.#rules, relativePath(at.base, file));
    return onceAtItsSurest(findings)
      .flatMap(finding => selection.report(finding) ?? [])
      .sort(byPlace);
  }

  /** A settings file: what in it is not understood. */
  ofSettings(file: string, text: string | null): FileReport {
    const notices = (text === null ? null : readConfiguration(file, text, this.#vocabulary))?.notices ?? [];
    return { ...emptyReport(file, null), notices };
  }
}

export function skippedReport(file: string, { reason, generator }: Skip): FileReport {
  const report = emptyReport(file, reason);
  return generator === null ? report : { ...report, generator };
}

export function emptyReport(file: string, skipped: FileReport['skipped']): FileReport {
  return { file, findings: [], suppressed: [], notices: [], functions: [], health: null, skipped };
}

/** A header's findings come once, however many extensions include it, as the one tells them that knows most of its callers. */
function onceAtItsSurest(findings: readonly Finding[]): Finding[] {
  const surest = new Map<string, Finding>();
  for (const finding of findings) {
    const place = `${finding.rule} ${finding.span.start} ${finding.span.end} ${finding.subject}`;
    if (surest.get(place)?.confidence !== 'likely') surest.set(place, finding);
  }
  return [...surest.values()];
}

function byPlace(a: Finding, b: Finding): number {
  return a.span.start - b.span.start || a.span.end - b.span.end || comparePaths(a.rule, b.rule);
}
