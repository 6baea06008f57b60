/** What is known about the name under the pointer, and the races like the one that is reported there. */
import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver';
import type { Span } from '../program/model.ts';
import { demosOf } from '../simulator/scenarios/index.ts';
import type { OpenDocument } from './documents.ts';
import { rangeOf } from './places.ts';
import { plainText } from './plain-text.ts';
import { isRace, targetOf } from './race-findings.ts';
import { SHOW_RACE } from './race-messages.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';

export function registerHover(session: Session): void {
  const markdown = session.client.hoverFormat === 'markdown';
  session.connection.onHover(
    session.guard(
      'textDocument/hover',
      null,
      async ({ textDocument, position }: HoverParams): Promise<Hover | null> => {
        const file = fileOf(textDocument.uri);
        const { enable } = await session.settings.for(file);
        const document = session.documents.get(file);
        if (!enable || document === null) return null;
        const version = document.text.version;
        const offset = document.text.offsetAt(position);
        const facts = await session.service.hover(file, offset);
        // Links to commands mean nothing to clients that can't show them.
        const race = markdown ? await raceAt(session, document, offset) : null;
        const span = facts?.span ?? race?.span;
        if (span === undefined || document.text.version !== version) return null;
        const value = [facts?.markdown, race?.markdown].filter(part => part !== undefined).join('\n\n');
        const contents = markdown
          ? { kind: MarkupKind.Markdown, value }
          : { kind: MarkupKind.PlainText, value: plainText(value) };
        return { range: rangeOf(document.text, span), contents };
      },
    ),
  );
}

/** The race that is reported at the offset, and demos of its kind. */
async function raceAt(
  session: Session,
  { file, uri, text }: OpenDocument,
  offset: number,
): Promise<{ readonly span: Span; readonly markdown: string } | null> {
  const { findings } = await session.service.diagnose(file);
  const here = findings.filter(({ span }) => span.start <= offset && offset < span.end);
  const [finding] = here;
  if (finding === undefined) return null;
  const demos = [...new Set(here.flatMap(({ rule, alsoMatches }) => demosOf([rule, ...alsoMatches])))];
  const links = demos.map(({ id, title }) => link(title, 'gilproof.runRaceDemo', id));
  const own = session.client.options.races === true && isRace(finding);
  const parts = [
    ...(own ? [link('Show the race', SHOW_RACE, targetOf(uri, text, finding))] : []),
    ...(links.length > 0 ? [`Play a race like this one: ${links.join(' · ')}`] : []),
  ];
  return parts.length === 0 ? null : { span: finding.span, markdown: parts.join('\n\n') };
}

function link(title: string, command: string, argument: unknown): string {
  // Brackets end a link's address, and are left alone by the encoding.
  const encoded = encodeURIComponent(JSON.stringify([argument])).replace(
    /[()]/g,
    sign => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `[${title}](command:${command}?${encoded})`;
}
