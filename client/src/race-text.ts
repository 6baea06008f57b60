/** Whether a document still reads as a playback's listing says. No `vscode` here, so that tests need none. */
import { URI } from 'vscode-uri';
import type { SourceText } from '../../server/src/simulator/playback.ts';

/** As much of a document as is looked at. */
interface Text {
  readonly uri: { toString(): string };
  readonly lineCount: number;
  lineAt(line: number): { readonly text: string };
}

/** True for other documents as well: they have nothing to say. */
export function showsText(document: Text, { uri, firstLine, lines }: SourceText): boolean {
  if (uri === undefined || URI.parse(uri).toString() !== document.uri.toString()) return true;
  const now = (line: number): string => (line < document.lineCount ? document.lineAt(line).text : '');
  return lines.every((line, index) => now(firstLine + index) === line);
}
