/** Which findings have a race to show, and which of them a place means. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { SEVERITIES } from '../rules/finding.ts';
import type { FileReport, FunctionPlace, ReportedFinding } from '../workspace/service.ts';
import { rangeOf } from './places.ts';
import type { RaceTarget } from './race-messages.ts';

/** What goes wrong at run time; the rest is about declarations, builds and style. */
const RACES: readonly ReportedFinding['severity'][] = ['crash', 'corruption', 'deadlock', 'lost-update'];

/** Something that runs, and fails when it runs beside something else. */
export function isRace({ severity, site }: ReportedFinding): boolean {
  return site.function !== null && RACES.includes(severity);
}

export interface FlaggedFunction {
  readonly place: FunctionPlace;
  /** Worst first, then by place. */
  readonly findings: readonly ReportedFinding[];
}

/** Functions with findings that have a race, in the order of the text. */
export function flaggedFunctions({ functions, findings }: FileReport): FlaggedFunction[] {
  const races = findings.filter(isRace);
  return functions.flatMap(place => {
    const inside = races.filter(({ span }) => place.start <= span.start && span.start < place.end);
    const worstFirst = inside.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    return inside.length === 0 ? [] : [{ place, findings: worstFirst }];
  });
}

export function targetOf(uri: string, text: TextDocument, finding: ReportedFinding): RaceTarget {
  const { line, character } = text.positionAt(finding.span.start);
  return { uri, line, character, rule: finding.rule, message: finding.message };
}

/**
 * The finding that a place means: with a rule the nearest of that rule; else what is reported at the place, on its line, or in
 * the function around it. Null when there is none.
 */
export function findingAt(report: FileReport, text: TextDocument, target: RaceTarget): ReportedFinding | null {
  const offset = text.offsetAt(target);
  const nearest = (found: readonly ReportedFinding[]): ReportedFinding | null => {
    const distance = ({ span }: ReportedFinding): number =>
      Math.max(0, span.start - offset, offset - span.end) + (span.start === offset ? 0 : 0.5);
    return [...found].sort((a, b) => distance(a) - distance(b))[0] ?? null;
  };
  if (target.rule !== undefined) return nearest(report.findings.filter(({ rule }) => rule === target.rule));
  const races = report.findings.filter(isRace);
  const covers = (finding: ReportedFinding): boolean => {
    const { start, end } = rangeOf(text, finding.span);
    return start.line <= target.line && target.line <= end.line;
  };
  const around = report.functions.find(({ start, end }) => start <= offset && offset < end);
  const inFunction = races.filter(
    ({ span }) => around !== undefined && around.start <= span.start && span.start < around.end,
  );
  return nearest(races.filter(covers)) ?? nearest(inFunction) ?? nearest(report.findings.filter(covers));
}
