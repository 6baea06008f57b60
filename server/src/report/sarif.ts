/** SARIF 2.1.0: one run, every rule declared, suppressed findings kept as suppressed. */
import type * as Sarif from 'sarif';
import type { Demonstration } from '../demonstrate/model.ts';
import type { Span } from '../program/model.ts';
import type { Severity } from '../rules/finding.ts';
import type { RuleInfo } from '../workspace/core.ts';
import { documentationOf } from '../workspace/documentation.ts';
import { fingerprintsOf } from '../workspace/fingerprint.ts';
import { linesOf } from '../workspace/lines.ts';
import { isInside, relativePath } from '../workspace/paths.ts';
import { levelOfSeverity } from '../workspace/select.ts';
import type { ReportedFinding, SuppressedFinding } from '../workspace/service.ts';
import type { Level } from '../workspace/settings.ts';
import type { Context, Formatter, Summary } from './model.ts';
import { codeFlow } from './race.ts';
import { summaryLines } from './summary.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVEL: Readonly<Record<Level, Sarif.ReportingConfiguration.level>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
  off: 'none',
};

/** What code scanning services sort by: 0 (mild) to 10. */
const SCORE: Readonly<Record<Severity, string>> = {
  crash: '8.0',
  corruption: '7.5',
  deadlock: '6.5',
  'lost-update': '5.5',
  'gil-reenabled': '3.0',
  compile: '3.0',
  isolation: '2.0',
  info: '1.0',
};

export function createSarifFormatter(context: Context): Formatter {
  const results: Sarif.Result[] = [];
  const notifications: Sarif.Notification[] = [];
  const indexes = new Map(context.rules.map((rule, i) => [rule.id, i]));

  const artifact = (path: string): Sarif.ArtifactLocation =>
    context.relative && isInside(path, context.workingDirectory)
      ? { uri: encodePath(relativePath(context.workingDirectory, path)), uriBaseId: 'WORKDIR' }
      : { uri: fileUri(path) };

  const physical = (path: string, text: string | undefined, span: Span): Sarif.PhysicalLocation => ({
    artifactLocation: artifact(path),
    region: regionOf(text, span),
  });

  function result(
    entry: ReportedFinding,
    fingerprint: string,
    texts: ReadonlyMap<string, string>,
    suppressed: SuppressedFinding | null,
    race: Demonstration | undefined,
  ): Sarif.Result {
    const functionName = entry.site.function;
    const made: Sarif.Result = {
      ruleId: entry.rule,
      level: LEVEL[entry.level],
      message: { text: entry.message },
      locations: [
        {
          physicalLocation: physical(entry.file, texts.get(entry.file), entry.span),
          ...(functionName === null
            ? {}
            : { logicalLocations: [{ fullyQualifiedName: functionName, kind: 'function' }] }),
        },
      ],
      partialFingerprints: { 'gilproofFinding/v1': fingerprint },
      properties: {
        severity: entry.severity,
        confidence: entry.confidence,
        exposure: entry.exposure,
        subject: entry.subject,
        alsoMatches: entry.alsoMatches,
      },
    };
    const index = indexes.get(entry.rule);
    if (index !== undefined) made.ruleIndex = index;
    if (entry.related.length > 0) {
      made.relatedLocations = entry.related.map((related, id) => ({
        id,
        physicalLocation: physical(related.file, texts.get(related.file), related.span),
        message: { text: related.message },
      }));
    }
    const run = race?.status === 'demonstrated' ? race.playback?.runs[0] : undefined;
    if (race?.playback && run) made.codeFlows = [codeFlow(race.playback, run, artifact)];
    if (suppressed) {
      const kind = suppressed.by === 'comment' ? 'inSource' : 'external';
      made.suppressions = [{ kind, ...(suppressed.reason === '' ? {} : { justification: suppressed.reason }) }];
    }
    return made;
  }

  return {
    file({ report, texts, races }) {
      const text = texts.get(report.file) ?? '';
      const entries = [
        ...report.findings.map(finding => ({ finding, suppressed: null })),
        ...report.suppressed.map(suppressed => ({ finding: suppressed.finding, suppressed })),
      ];
      const prints = fingerprintsOf(
        text,
        entries.map(entry => entry.finding),
      );
      for (const [i, { finding, suppressed }] of entries.entries())
        results.push(result(finding, prints[i] ?? '', texts, suppressed, races?.get(finding)));
      for (const notice of report.notices) {
        notifications.push({
          level: LEVEL[notice.level],
          message: { text: notice.message },
          descriptor: { id: notice.code },
          locations: [{ physicalLocation: physical(report.file, text, notice.span) }],
        });
      }
      return '';
    },
    end: summary => `${JSON.stringify(log(context, results, notifications, summary), null, 1)}\n`,
  };
}

function log(
  context: Context,
  results: Sarif.Result[],
  notifications: readonly Sarif.Notification[],
  summary: Summary,
): Sarif.Log {
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Gilproof',
            version: context.version,
            semanticVersion: context.version,
            informationUri: documentationOf(),
            rules: context.rules.map(rule => declare(rule, context.page(rule.id))),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { WORKDIR: { uri: `${fileUri(context.workingDirectory)}/` } },
        invocations: [
          {
            executionSuccessful: !summary.cancelled && summary.analysed > 0,
            workingDirectory: { uri: `${fileUri(context.workingDirectory)}/` },
            toolExecutionNotifications: [
              ...notifications,
              ...summaryLines(summary).map((text): Sarif.Notification => ({ level: 'note', message: { text } })),
            ],
          },
        ],
        results,
      },
    ],
  };
}

function declare(rule: RuleInfo, page: string | null): Sarif.ReportingDescriptor {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: page === null ? rule.title : firstParagraph(page, rule.title) },
    help: page === null ? { text: rule.title } : { text: plain(page), markdown: page },
    helpUri: documentationOf(rule.id),
    defaultConfiguration: { enabled: rule.group === 'default', level: LEVEL[levelOfSeverity(rule.severity)] },
    properties: {
      family: rule.family,
      severity: rule.severity,
      tags: ['concurrency', 'free-threading', rule.family],
      'security-severity': SCORE[rule.severity],
    },
  };
}

/** The first paragraph of prose: what the rule does. */
function firstParagraph(page: string, otherwise: string): string {
  const body = page.replace(/<!--[\s\S]*?-->/g, '');
  const paragraph = body.split(/\n\s*\n/).find(part => /^[A-Za-z`*_[]/.test(part.trim()));
  return paragraph === undefined ? otherwise : plain(paragraph).replace(/\s+/g, ' ').trim();
}

function plain(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`([^`\n]+)`/g, '$1');
}

function regionOf(text: string | undefined, span: Span): Sarif.Region {
  if (text === undefined) return { startLine: 1 };
  const lines = linesOf(text);
  const start = lines.position(span.start);
  const end = lines.position(Math.max(span.start, span.end));
  return {
    startLine: start.line + 1,
    startColumn: start.column + 1,
    endLine: end.line + 1,
    endColumn: end.column + 1,
    snippet: { text: lines.text(start.line) },
  };
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function fileUri(path: string): string {
  return `file://${path.startsWith('/') ? '' : '/'}${encodePath(path)}`;
}
