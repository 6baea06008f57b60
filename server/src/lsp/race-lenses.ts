/** Lenses above functions with hazards: that their race can be played, and, once it is known, how it ends. */
import type { CodeLens, Command } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FileReport, ReportedFinding } from '../workspace/service.ts';
import { analyseAfterDiagnostics } from './analysis.ts';
import { type FlaggedFunction, findingAt, flaggedFunctions, targetOf } from './race-findings.ts';
import { type RaceTarget, SHOW_RACE } from './race-messages.ts';
import { type RaceTitle, RaceTitles } from './race-titles.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';

/** What a lens carries until it is seen: a race, or those that it leaves to choose from. */
type LensData = { readonly target: RaceTarget; readonly version: number } | { readonly others: readonly RaceTarget[] };

export function registerRaceLenses(session: Session, titles: RaceTitles): void {
  /** The answer between saves for `run: onSave`. */
  const answered = new Map<string, CodeLens[]>();
  session.documents.listen(({ kind, file }) => {
    if (kind === 'closed') answered.delete(file);
  });
  session.connection.onCodeLens(
    session.guard('textDocument/codeLens', [] as CodeLens[], async ({ textDocument: { uri } }, signal) => {
      const file = fileOf(uri);
      const document = session.documents.get(file);
      const { run, codeLens } = await session.settings.for(file);
      if (!codeLens || document === null) return [];
      const last = answered.get(file);
      if (run === 'onSave' && session.documents.isDirty(file) && last !== undefined) return last;
      const report = await analyseAfterDiagnostics(session, file, signal);
      const lenses = report === null ? [] : lensesOf(report, document.uri, document.text, titles);
      answered.set(file, lenses);
      return lenses;
    }),
  );
  session.connection.onCodeLensResolve(async (lens, token) => {
    const run = session.guard('codeLens/resolve', lens, (given: CodeLens, signal) =>
      resolve(session, titles, given, signal),
    );
    return run(lens, token);
  });
}

/** A lens for each flagged function: its worst race that is known to fail, else the next to find out about. */
function lensesOf(
  report: FileReport,
  uri: string,
  text: TextDocument,
  titles: Pick<RaceTitles, 'get' | 'isFresh'>,
): CodeLens[] {
  return flaggedFunctions(report).flatMap(({ place, findings }) => {
    const titled = findings.map(finding => ({ finding, title: titles.get(RaceTitles.key(text, place, finding)) }));
    const shown = titled.filter(({ title }) => title?.status !== 'not-modelled');
    const chosen =
      shown.find(({ title }) => title?.status === 'demonstrated') ??
      shown.find(({ title }) => title === undefined) ??
      shown[0];
    if (chosen === undefined) return [];
    const start = text.positionAt(place.start);
    const range = { start, end: start };
    const target = targetOf(uri, text, chosen.finding);
    const data: LensData = { target, version: text.version };
    const lens: CodeLens = { range, data };
    // Without a command it is resolved when it is seen.
    if (chosen.title !== undefined && titles.isFresh(chosen.title)) lens.command = lensCommand(target, chosen.title);
    const others = shown.filter(one => one !== chosen).map(({ finding }) => targetOf(uri, text, finding));
    if (others.length === 0) return [lens];
    // Not at once: it would stand there alone until the other is seen.
    return [lens, { range, data: { others } satisfies LensData }];
  });
}

function lensCommand(target: RaceTarget, known: RaceTitle | undefined): Command {
  const title =
    known === undefined ? '▶ show the race' : known.status === 'demonstrated' ? `▶ ${known.title}` : known.title;
  return { title, command: SHOW_RACE, arguments: [target] };
}

/** The lens is on the screen: its race is looked for as soon as nobody types, and lenses are asked for anew when it is known. */
async function resolve(
  session: Session,
  titles: RaceTitles,
  lens: CodeLens,
  signal: { aborted: boolean },
): Promise<CodeLens> {
  const data = lens.data as LensData;
  if ('others' in data) {
    const { others } = data;
    return { ...lens, command: { title: `${others.length} more`, command: SHOW_RACE, arguments: [others] } };
  }
  const { target, version } = data;
  const file = fileOf(target.uri);
  const document = session.documents.get(file);
  if (document === null || document.text.version !== version)
    return { ...lens, command: lensCommand(target, undefined) };
  const report = await analyseAfterDiagnostics(session, file, signal);
  const found = report === null ? null : keyAt(report, document.text, target);
  if (found !== null) titles.want(found.key, { file, version, finding: found.finding });
  return { ...lens, command: lensCommand(target, found === null ? undefined : titles.get(found.key)) };
}

/** The finding of a target and its key among the titles; null outside functions. */
export function keyAt(
  report: FileReport,
  text: TextDocument,
  target: RaceTarget,
): { readonly key: string; readonly finding: ReportedFinding } | null {
  const finding = findingAt(report, text, target);
  const flagged = flaggedFunctions(report).find(
    (one: FlaggedFunction) => finding !== null && one.findings.includes(finding),
  );
  if (finding === null || flagged === undefined) return null;
  return { key: RaceTitles.key(text, flagged.place, finding), finding };
}
