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
    else
      for (const found of wholeFindings(extension, rule)) findings.push(placed(found, id => extension.functions[id]!));
  }
  const order = new Map(extension.files.map((file, index) => [file, index]));
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

/** A finding whose spans are counted from the start of the functions that they are in: it outlives an edit above. */
interface Found {
  readonly finding: Finding;
  /** The function, by its number; null for what stands outside of functions: counted from the start of the file. */
  readonly at: number | null;
  /** Those of the places beside it. */
  readonly related: readonly number[];
}

/** What a rule finds that looks at all functions: taken over when nothing that it looked at has changed. */
function wholeFindings(extension: Extension, rule: Rule): readonly Found[] {
  return extension.settled(rule, () => {
    const found: Found[] = [];
    rule.check(extension, collect(rule, extension, found));
    return found;
  });
}

/** What local rules find, by rule: taken over for functions that are as they were. */
function localFindings(extension: Extension, rules: readonly Rule[]): Map<string, Finding[]> {
  const byRule = new Map<string, Finding[]>();
  const question = extension.withSettings(rules);
  // One list and one report a rule for all functions: there are rules × functions questions, and few findings.
  const here: Found[] = [];
  const asked = rules.filter(rule => rule.local).map(rule => ({ rule, report: collect(rule, extension, here) }));
  const find = (view: FunctionView): readonly Found[] => {
    const part = extension.part(view);
    here.length = 0;
    for (const { rule, report } of asked) rule.check(part, report);
    return here.slice();
  };
  for (const [view, found] of extension.having(question, find)) {
    // Its number may be another one than when it was looked at.
    for (const one of found) {
      const finding = placed(one, () => view);
      const list = byRule.get(finding.rule);
      if (list === undefined) byRule.set(finding.rule, [finding]);
      else list.push(finding);
    }
  }
  return byRule;
}

function placed({ finding, at, related }: Found, viewOf: (id: number) => FunctionView): Finding {
  return {
    ...finding,
    span: at === null ? finding.span : viewOf(at).absolute(finding.span),
    related: finding.related.map((other, index) => ({
      ...other,
      span: viewOf(related[index]!).absolute(other.span),
    })),
  };
}

function collect(rule: Rule, extension: Extension, found: Found[]): Report {
  const add = (file: string, span: Finding['span'], at: FunctionView | null, site: Site, hazard: Hazard): void => {
    const related = relatedOf(hazard);
    found.push({
      finding: {
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
        related: related.map(({ place }) => place),
        alsoMatches: [],
      },
      at: at?.id ?? null,
      related: related.map(({ at: { id } }) => id),
    });
  };
  return {
    at(place, hazard) {
      const { function: view, steps } = place;
      add(view.unit.file, hazard.where ?? spanIn(view, steps[0]), view, siteOf(place), hazard);
    },
    inFile(unit, span, hazard) {
      extension.placed();
      add(unit.file, span, null, { file: unit.file, function: null, steps: [] }, hazard);
    },
  };
}

/** Relative to the function. */
function spanIn(view: FunctionView, step: number): Finding['span'] {
  return view.step(step)?.span ?? { start: 0, end: 0 };
}

function siteOf(place: Place): Site {
  return { file: place.function.unit.file, function: place.function.name, steps: place.steps };
}

function relatedOf(hazard: Hazard): { readonly place: Related; readonly at: FunctionView }[] {
  const all = (hazard.related ?? []).map(({ at, message }) => ({
    place: { file: at.function.unit.file, span: spanIn(at.function, at.steps[0]), message },
    at: at.function,
  }));
  const shown = all.slice(0, MAX_RELATED);
  const last = shown.at(-1);
  if (all.length > shown.length && last !== undefined) {
    const message = `${last.place.message} (and ${all.length - shown.length} more)`;
    shown[shown.length - 1] = { ...last, place: { ...last.place, message } };
  }
  return shown;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
