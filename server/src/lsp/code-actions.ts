/**
 * Quick fixes, refusals with their reason, and "allow on this line". Nothing is remembered between the menu and the choice:
 * `codeAction/resolve` finds the fix again in the text as it is then, or does nothing.
 */
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type Diagnostic,
  type Range,
  type SnippetTextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ReportedFinding, Signal } from '../workspace/service.ts';
import { allowComment } from './allow-comment.ts';
import { analyse, diagnosticOptions } from './analysis.ts';
import { commandAction } from './command-action.ts';
import { editsOf, findingDiagnostic } from './convert.ts';
import { rangeOf } from './places.ts';
import { isRace, targetOf } from './race-findings.ts';
import { SHOW_RACE } from './race-messages.ts';
import { refusalActions } from './refusals.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';
import { changedDocument, changedPart, documentEdit, fixEdit, workspaceEdit } from './workspace-edits.ts';

/** A selection over a whole file has hundreds of findings; a menu has no room for them. */
const FINDINGS = 12;

export const FIX_ALL = 'source.fixAll.gilproof';

/** What an unresolved action carries: enough to find it again. */
interface ActionData {
  readonly uri: string;
  readonly rule: string;
  /** Of the finding, when the menu opened. */
  readonly start: number;
  readonly title: string;
  /** Of all findings of the rule in the file, as far as no decision is needed. */
  readonly all?: boolean;
}

export function registerCodeActions(session: Session): void {
  session.connection.onCodeAction(
    session.guard('textDocument/codeAction', [], (params: CodeActionParams, signal) => menu(session, params, signal)),
  );
  session.connection.onCodeActionResolve(async (action, token) => {
    const resolve = session.guard('codeAction/resolve', action, (given: CodeAction, signal) =>
      resolveEdit(session, given, signal),
    );
    return resolve(action, token);
  });
}

async function menu(session: Session, params: CodeActionParams, signal: Signal): Promise<CodeAction[]> {
  const { uri } = params.textDocument;
  const { only } = params.context;
  const file = fileOf(uri);
  // Only when it is asked for (on save, or by its name): it analyses the file many times.
  if (only?.some(kind => FIX_ALL.startsWith(kind)) && !wantsQuickFix(only))
    return fixAllActions(session, uri, file, signal);
  if (!wantsQuickFix(only)) return [];
  const [report, text] = [await analyse(session, file, signal), await session.places.text(file)];
  if (report === null || text === null) return [];
  const touched = report.findings.filter(finding => touches(rangeOf(text, finding.span), params.range));
  const actions: CodeAction[] = [];
  const allowances: CodeAction[] = [];
  const ofAll = new Map<string, CodeAction>();
  for (const finding of touched.slice(0, FINDINGS)) {
    if (signal.aborted) break;
    const diagnostic =
      params.context.diagnostics.find(given => isAbout(given, finding, text)) ??
      (await findingDiagnostic(finding, text, session.places, diagnosticOptions(session)));
    // A light bulb only says that there is something; the menu behind it asks again.
    const most = params.context.triggerKind === CodeActionTriggerKind.Automatic ? 1 : undefined;
    const fixes = await fixActions(session, uri, finding, diagnostic, most);
    actions.push(...fixes);
    const more = report.findings.filter(other => other.rule === finding.rule).length > 1;
    if (more && fixes.some(fix => fix.isPreferred === true) && session.client.resolvesEdits)
      ofAll.set(finding.rule, fixAllOfRule(uri, finding, diagnostic));
    if (session.client.options.races === true && isRace(finding))
      actions.push(raceAction(uri, finding, text, diagnostic));
    allowances.push(allowAction(session, uri, finding, text, diagnostic));
  }
  return [...actions, ...ofAll.values(), ...allowances];
}

/** Everything that needs no decision, as one edit. */
async function fixAllActions(session: Session, uri: string, file: string, signal: Signal): Promise<CodeAction[]> {
  const fixed = await fixMany(session, uri, file, () => true, signal);
  if (fixed === null) return [];
  const count = fixed.count === 1 ? 'one hazard' : `${fixed.count} hazards`;
  return [{ title: `Fix ${count} where no decision is needed`, kind: FIX_ALL, edit: fixed.edit }];
}

async function fixMany(
  session: Session,
  uri: string,
  file: string,
  wanted: (finding: ReportedFinding) => boolean,
  signal: Signal,
): Promise<{ readonly count: number; readonly edit: WorkspaceEdit } | null> {
  const text = await session.places.text(file);
  const fixed = await session.service.fixAll(file, { safety: 'safe', wanted, signal });
  if (text === null || fixed === null || fixed.applied.length === 0 || signal.aborted) return null;
  const changes = [documentEdit(session, uri, editsOf(text, [changedPart(text.getText(), fixed.text)]))];
  for (const { file: path, text: after } of fixed.others) changes.push(await changedDocument(session, path, after));
  return { count: fixed.applied.length, edit: workspaceEdit(session, changes) };
}

/** Computed when it is chosen. */
function fixAllOfRule(uri: string, { rule, span }: ReportedFinding, diagnostic: Diagnostic): CodeAction {
  const title = `Fix all ${rule} in this file where no decision is needed`;
  const data: ActionData = { uri, rule, start: span.start, title, all: true };
  return { title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], data };
}

async function fixActions(
  session: Session,
  uri: string,
  finding: ReportedFinding,
  diagnostic: Diagnostic,
  most: number | undefined,
): Promise<CodeAction[]> {
  const { offered, refused } = await session.service.fixes(finding.file, finding, most);
  const actions: CodeAction[] = [];
  for (const fix of offered) {
    const { title } = fix;
    const named = fix.safety === 'safe' ? title : `Suggested: ${title}`;
    const action: CodeAction = { title: named, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic] };
    // One of them is what an editor takes without asking.
    if (fix.safety === 'safe' && actions.every(one => one.isPreferred !== true)) action.isPreferred = true;
    if (session.client.resolvesEdits) {
      const data: ActionData = { uri, rule: finding.rule, start: finding.span.start, title };
      action.data = data;
    } else action.edit = await fixEdit(session, fix);
    actions.push(action);
  }
  return [...actions, ...refusalActions(session, refused, diagnostic)];
}

/** The same rule's fix of the same title, nearest to where the finding was. */
async function resolveEdit(session: Session, action: CodeAction, signal: Signal): Promise<CodeAction> {
  const data = action.data as ActionData | undefined;
  if (data === undefined) return action;
  if (data.all === true) {
    const fixed = await fixMany(session, data.uri, fileOf(data.uri), finding => finding.rule === data.rule, signal);
    return fixed === null ? action : { ...action, edit: fixed.edit };
  }
  const report = await analyse(session, fileOf(data.uri), signal);
  const candidates = (report?.findings ?? []).filter(finding => finding.rule === data.rule);
  const distance = (finding: ReportedFinding): number => Math.abs(finding.span.start - data.start);
  for (const finding of candidates.sort((a, b) => distance(a) - distance(b))) {
    const { offered } = await session.service.fixes(finding.file, finding);
    const fix = offered.find(({ title }) => title === data.title);
    if (fix !== undefined) return { ...action, edit: await fixEdit(session, fix) };
  }
  return action;
}

function raceAction(uri: string, finding: ReportedFinding, text: TextDocument, diagnostic: Diagnostic): CodeAction {
  const title = 'Show the race';
  return commandAction({ title, command: SHOW_RACE, arguments: [targetOf(uri, text, finding)] }, diagnostic);
}

function allowAction(
  session: Session,
  uri: string,
  finding: ReportedFinding,
  text: TextDocument,
  diagnostic: Diagnostic,
): CodeAction {
  const { offset, before, reason, after } = allowComment(text, finding.span.start, finding.rule);
  const range = rangeOf(text, { start: offset, end: offset });
  // Where the client can, the reason is selected, to be written over.
  const snippet: SnippetTextEdit = { range, snippet: { kind: 'snippet', value: `${before}\${1:${reason}}${after}` } };
  const plain = { range, newText: before + reason + after };
  const edit = session.client.snippetEdits && session.client.versionedEdits && reason !== '' ? snippet : plain;
  return {
    title: `Allow ${finding.rule} on this line, with a reason`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    edit: workspaceEdit(session, [documentEdit(session, uri, [edit])]),
  };
}

function wantsQuickFix(only: readonly string[] | undefined): boolean {
  return only === undefined || only.some(kind => kind === '' || kind === CodeActionKind.QuickFix);
}

function isAbout(diagnostic: Diagnostic, finding: ReportedFinding, text: TextDocument): boolean {
  return diagnostic.code === finding.rule && samePlace(diagnostic.range, rangeOf(text, finding.span));
}

function samePlace(a: Range, b: Range): boolean {
  return compare(a.start, b.start) === 0 && compare(a.end, b.end) === 0;
}

function touches(a: Range, b: Range): boolean {
  return compare(a.start, b.end) <= 0 && compare(b.start, a.end) <= 0;
}

function compare(a: Range['start'], b: Range['start']): number {
  return a.line - b.line || a.character - b.character;
}
