/** URIs of the protocol and the paths that the service speaks: absolute, with `/`. */
import { URI } from 'vscode-uri';

/** A document that is no file (untitled, virtual) keeps its URI as its name. */
export function fileOf(uri: string): string {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' ? parsed.fsPath.replaceAll('\\', '/') : uri;
}

export function uriOf(file: string): string {
  // A scheme has at least two letters: `c:/x` is a path.
  return /^[a-z][\w+.-]+:/i.test(file) ? file : URI.file(file).toString();
}
