/** The race of a finding, for a view: the function run by threads, its cure beside it, and the cure as an edit. */
import type { FixedDemonstration } from '../demonstrate/model.ts';
import type { Playback } from '../simulator/playback.ts';
import { scheduleText } from '../simulator/text.ts';
import type { Signal } from '../workspace/service.ts';
import { analyse } from './analysis.ts';
import { findingAt, targetOf } from './race-findings.ts';
import { keyAt } from './race-lenses.ts';
import {
  RACE,
  type RaceAnswer,
  type RaceFix,
  type RaceTarget,
  REPRODUCER,
  type ReproducerAnswer,
} from './race-messages.ts';
import type { RaceTitles } from './race-titles.ts';
import type { Session } from './session.ts';
import { fileOf, uriOf } from './uris.ts';
import { fixEdit } from './workspace-edits.ts';

const nothing = (reason: string): RaceAnswer => ({
  target: null,
  status: 'not-modelled',
  reason,
  playback: null,
  fix: null,
});

export function registerRace(session: Session, titles: RaceTitles): void {
  session.connection.onRequest(
    RACE,
    session.guard(RACE, nothing('The race could not be run; the log says why.'), (target: RaceTarget, signal) =>
      race(session, titles, target, signal),
    ),
  );
  const reproduce = session.guard<RaceTarget, ReproducerAnswer>(REPRODUCER, null, (target, signal) =>
    reproducer(session, target, signal),
  );
  session.connection.onRequest<ReproducerAnswer, never>(REPRODUCER, reproduce);
}

/** The failing run goes along as a comment; it has just been run for the view. */
async function reproducer(session: Session, target: RaceTarget, signal: Signal): Promise<ReproducerAnswer> {
  const file = fileOf(target.uri);
  const report = await analyse(session, file, signal);
  const text = await session.places.text(file);
  const finding = report === null || text === null ? null : findingAt(report, text, target);
  if (finding === null) return null;
  const { status, playback } = await session.service.demonstrate(file, finding, {}, { signal });
  const schedule = status === 'demonstrated' && playback !== null ? scheduleText(playback) : [];
  return session.service.reproduce(file, finding, schedule);
}

async function race(session: Session, titles: RaceTitles, given: RaceTarget, signal: Signal): Promise<RaceAnswer> {
  const file = fileOf(given.uri);
  const report = await analyse(session, file, signal);
  const text = await session.places.text(file);
  if (report === null || text === null) return nothing('Gilproof does not analyse this file.');
  const finding = findingAt(report, text, given);
  if (finding === null) return nothing('No hazard is reported here.');
  const version = session.documents.get(file)?.text.version;
  const found = await session.service.demonstrate(file, finding, {}, { signal });
  const target = targetOf(given.uri, text, finding);
  const changed = session.documents.get(file)?.text.version !== version;
  const key = changed ? null : keyAt(report, text, target);
  if (key !== null) titles.set(key.key, found);
  const { status, reason, playback } = found;
  return {
    target,
    status,
    reason,
    playback: playback === null ? null : addressed(session, playback),
    // An edit for a text that is no more would land anywhere.
    fix: changed ? null : await fixOf(session, found),
  };
}

/** Paths as the client writes them. */
function addressed(session: Session, playback: Playback): Playback {
  const sources = playback.sources.map(source => {
    const { uri: file, ...rest } = source;
    return file === undefined ? rest : { ...rest, uri: session.documents.get(file)?.uri ?? uriOf(file) };
  });
  return { ...playback, sources };
}

async function fixOf(session: Session, { fix }: FixedDemonstration): Promise<RaceFix | null> {
  if (fix === null) return null;
  const { title } = fix.fix;
  return { title, outcome: fix.outcome, edit: await fixEdit(session, fix.fix) };
}
