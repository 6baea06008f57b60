/** JSON, version 1: fields may be added in it; one that changes its meaning or goes makes version 2. Lines and columns from 1. */
import type { Span } from '../program/model.ts';
import { fingerprintsOf } from '../workspace/fingerprint.ts';
import { linesOf } from '../workspace/lines.ts';
import { relativePath } from '../workspace/paths.ts';
import type { ReportedFinding } from '../workspace/service.ts';
import type { Context, Formatter } from './model.ts';
import { demonstrationJson } from './race.ts';

/** A finding as version 1 has it. `shown`: how a path is written. */
export function findingJson(
  entry: ReportedFinding,
  fingerprint: string,
  texts: ReadonlyMap<string, string>,
  shown: (path: string) => string,
): object {
  return {
    rule: entry.rule,
    family: entry.family,
    level: entry.level,
    severity: entry.severity,
    confidence: entry.confidence,
    exposure: entry.exposure,
    file: shown(entry.file),
    region: region(texts.get(entry.file), entry.span),
    function: entry.site.function,
    subject: entry.subject,
    message: entry.message,
    alsoMatches: entry.alsoMatches,
    related: entry.related.map(related => ({
      file: shown(related.file),
      region: region(texts.get(related.file), related.span),
      message: related.message,
    })),
    fingerprint,
  };
}

function region(text: string | undefined, span: Span): object | null {
  if (text === undefined) return null;
  const lines = linesOf(text);
  const start = lines.position(span.start);
  const end = lines.position(span.end);
  return { line: start.line + 1, column: start.column + 1, endLine: end.line + 1, endColumn: end.column + 1 };
}

export function createJsonFormatter(context: Context): Formatter {
  const findings: unknown[] = [];
  const suppressed: unknown[] = [];
  const notices: unknown[] = [];
  const files: unknown[] = [];
  const shown = (path: string): string => (context.relative ? relativePath(context.workingDirectory, path) : path);

  return {
    file({ report, texts, races }) {
      files.push({
        file: shown(report.file),
        skipped: report.skipped,
        ...(report.generator === undefined ? {} : { generator: report.generator }),
        health: report.health,
      });
      const text = texts.get(report.file) ?? '';
      const all = [...report.findings, ...report.suppressed.map(entry => entry.finding)];
      const prints = fingerprintsOf(text, all);
      for (const [i, entry] of report.findings.entries()) {
        const race = races?.get(entry);
        const demonstration = race === undefined ? {} : { demonstration: demonstrationJson(race, shown) };
        findings.push({ ...findingJson(entry, prints[i] ?? '', texts, shown), ...demonstration });
      }
      for (const [i, entry] of report.suppressed.entries()) {
        const made = findingJson(entry.finding, prints[report.findings.length + i] ?? '', texts, shown);
        suppressed.push({ ...made, suppressed: { by: entry.by, reason: entry.reason } });
      }
      for (const entry of report.notices) {
        notices.push({ ...entry, span: undefined, file: shown(report.file), region: region(text, entry.span) });
      }
      return '';
    },
    end(summary) {
      const tool = { name: 'gilproof', version: context.version };
      return `${JSON.stringify({ version: 1, tool, summary, findings, suppressed, notices, files }, null, 1)}\n`;
    },
  };
}
