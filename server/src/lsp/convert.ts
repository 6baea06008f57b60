/** Findings and notices as diagnostics: with `places.ts` the only place that turns our data into the protocol's. */
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type TextEdit as ProtocolEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { hashText } from '../workspace/fingerprint.ts';
import type { FileReport, Notice, ReportedFinding, TextEdit } from '../workspace/service.ts';
import { type Places, rangeOf } from './places.ts';

const SOURCE = 'gilproof';

const SEVERITY = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

export interface DiagnosticOptions {
  readonly relatedInformation: boolean;
  /** URI that a rule's id leads to, or null. */
  rulePage(rule: string): string | null;
}

/** All diagnostics of a report, on `text`, which must be what the report was made of. */
export async function diagnosticsOf(
  report: FileReport,
  text: TextDocument,
  places: Places,
  options: DiagnosticOptions,
): Promise<Diagnostic[]> {
  const result: Diagnostic[] = [];
  for (const finding of report.findings) result.push(await findingDiagnostic(finding, text, places, options));
  for (const notice of report.notices) result.push(noticeDiagnostic(notice, text));
  return result;
}

/** Equal for diagnostics that look equal: a line break in place of a space moves lines, and no offset. */
export function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return hashText(JSON.stringify(diagnostics));
}

export async function findingDiagnostic(
  finding: ReportedFinding,
  text: TextDocument,
  places: Places,
  options: DiagnosticOptions,
): Promise<Diagnostic> {
  const page = options.rulePage(finding.rule);
  const related = options.relatedInformation ? await relatedTo(finding, places) : [];
  return {
    range: rangeOf(text, finding.span),
    severity: SEVERITY[finding.level],
    source: SOURCE,
    code: finding.rule,
    ...(page === null ? {} : { codeDescription: { href: page } }),
    message: finding.message,
    ...(related.length === 0 ? {} : { relatedInformation: related }),
  };
}

async function relatedTo(finding: ReportedFinding, places: Places): Promise<DiagnosticRelatedInformation[]> {
  const result: DiagnosticRelatedInformation[] = [];
  for (const { file, span, message } of finding.related) {
    result.push({ location: await places.location(file, span), message });
  }
  return result;
}

function noticeDiagnostic(notice: Notice, text: TextDocument): Diagnostic {
  return {
    range: rangeOf(text, notice.span),
    severity: SEVERITY[notice.level],
    source: SOURCE,
    code: notice.code,
    message: notice.message,
    ...(notice.code === 'unused-suppression' ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}

export function editsOf(text: TextDocument, edits: readonly TextEdit[]): ProtocolEdit[] {
  return edits.map(edit => ({ range: rangeOf(text, edit.span), newText: edit.text }));
}
