/** What is known about the name under the pointer. */
import { type HoverParams, MarkupKind } from 'vscode-languageserver';
import { rangeOf } from './places.ts';
import { plainText } from './plain-text.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';

export function registerHover(session: Session): void {
  const markdown = session.client.hoverFormat === 'markdown';
  session.connection.onHover(
    session.guard('textDocument/hover', null, async ({ textDocument, position }: HoverParams) => {
      const file = fileOf(textDocument.uri);
      const { enable } = await session.settings.for(file);
      const document = session.documents.get(file);
      if (!enable || document === null) return null;
      const version = document.text.version;
      const hover = await session.service.hover(file, document.text.offsetAt(position));
      if (hover === null || document.text.version !== version) return null;
      const contents = markdown
        ? { kind: MarkupKind.Markdown, value: hover.markdown }
        : { kind: MarkupKind.PlainText, value: plainText(hover.markdown) };
      return { range: rangeOf(document.text, hover.span), contents };
    }),
  );
}
