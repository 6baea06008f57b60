/** Runs rules over an extension: the facade of everything below for workspace, command line and tests. */
import { type AnalysisOptions, Extension } from '../analysis/extension.ts';
import { objectHolding } from '../analysis/holders.ts';
import type { Lineage } from '../analysis/lineage.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { TranslationUnit } from '../program/model.ts';
import type { Finding, Related, Site } from './finding.ts';
import { mergeFindings } from './merge.ts';
import { RULES } from './registry.ts';
import type { Hazard, Place, Report, Rule } from './rule.ts';

/** Places named beside a finding. A capped list says so in its last message. */
export const MAX_RELATED = 5;

export interface CheckOptions extends AnalysisOptions {
  /** Default: all that are registered. */
  readonly rules?: readonly Rule[];
}

/**
 * Findings of all rules in the files of one extension, the most specific only, in the order of files and offsets. Severity
 * and group filters are the caller's. Equal input gives equal output, with any `lineage` of the same files.
 */
export function checkExtension(
  units: readonly TranslationUnit[],
  options: CheckOptions = {},
  lineage?: Lineage,
): Finding[] {
  return runRules(new Extension(units, options, lineage), options.rules ?? RULES);
}

export function runRules(extension: Extension, rules: readonly Rule[]): Finding[] {
  const findings: Finding[] = [];
  const local = localFindings(extension, rules);
  for (const rule of rules) {
    if (rule.local) findings.push(...(local.get(rule.id) ?? []));
    else rule.check(extension, collect(rule, findings));
  }
  const order = new Map(extension.units.map((unit, index) => [unit.file, index]));
  const owned = findings.map(finding => withHolder(extension, finding));
  return mergeFindings(owned, rules).sort(
    (a, b) =>
      (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.span.start - b.span.start || compare(a.rule, b.rule),
  );
}

/** The lock on the object guards what only the object leads to. */
function withHolder({ linker }: Extension, finding: Finding): Finding {
  return finding.owner === undefined ? finding : { ...finding, owner: objectHolding(linker, finding.owner) };
}

/** What local rules find, by rule: taken over for functions that are as they were. */
function localFindings(extension: Extension, rules: readonly Rule[]): Map<string, Finding[]> {
  const byRule = new Map<string, Finding[]>();
  const question = extension.withSettings(rules);
  // One list and one report a rule for all functions: there are rules × functions questions, and few findings.
  const here: Finding[] = [];
  const asked = rules.filter(rule => rule.local).map(rule => ({ rule, report: collect(rule, here) }));
  const find = (view: FunctionView): readonly Finding[] => {
    const part = extension.part(view);
    here.length = 0;
    for (const { rule, report } of asked) rule.check(part, report);
    return here.map(finding => moved(finding, -view.function.function.start));
  };
  for (const [view, found] of extension.having(question, find)) {
    const { start } = view.function.function;
    for (const finding of found) {
      const list = byRule.get(finding.rule);
      if (list === undefined) byRule.set(finding.rule, [moved(finding, start)]);
      else list.push(moved(finding, start));
    }
  }
  return byRule;
}

function moved(finding: Finding, by: number): Finding {
  const move = ({ start, end }: Finding['span']): Finding['span'] => ({ start: start + by, end: end + by });
  return {
    ...finding,
    span: move(finding.span),
    related: finding.related.map(other => ({ ...other, span: move(other.span) })),
  };
}

function collect(rule: Rule, findings: Finding[]): Report {
  const add = (file: string, span: Finding['span'], site: Site, hazard: Hazard): void => {
    findings.push({
      rule: rule.id,
      family: rule.family,
      severity: hazard.severity ?? rule.severity,
      confidence: hazard.confidence ?? rule.confidence,
      exposure: hazard.exposure ?? rule.exposure,
      file,
      span,
      message: hazard.message,
      subject: hazard.subject,
      site,
      ...(hazard.owner === undefined ? {} : { owner: hazard.owner }),
      ...(hazard.other === undefined ? {} : { other: siteOf(hazard.other) }),
      related: relatedOf(hazard),
      alsoMatches: [],
    });
  };
  return {
    at: (place, hazard) => {
      const span = hazard.span ?? place.function.spanOf(place.steps[0]);
      add(place.function.unit.file, span, siteOf(place), hazard);
    },
    inFile: (unit, span, hazard) => add(unit.file, span, { file: unit.file, function: null, steps: [] }, hazard),
  };
}

function siteOf(place: Place): Site {
  return { file: place.function.unit.file, function: place.function.name, steps: place.steps };
}

function relatedOf(hazard: Hazard): Related[] {
  const all = (hazard.related ?? []).map(({ at, message }) => ({
    file: at.function.unit.file,
    span: at.function.spanOf(at.steps[0]),
    message,
  }));
  const shown = all.slice(0, MAX_RELATED);
  const last = shown.at(-1);
  if (all.length > shown.length && last !== undefined) {
    shown[shown.length - 1] = { ...last, message: `${last.message} (and ${all.length - shown.length} more)` };
  }
  return shown;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
