/** The comment that accepts a finding on its line: `// gilproof: allow(rule) reason`. */
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** Stands where the maintainer writes the reason. */
const REASON = 'say why this is right here';

export interface Insertion {
  readonly offset: number;
  readonly before: string;
  /** Empty when the line's comment already has its reason. */
  readonly reason: string;
  readonly after: string;
}

/** Where and what to insert so that `rule` is allowed on the line of `offset`. */
export function allowComment(document: TextDocument, offset: number, rule: string): Insertion {
  const { line } = document.positionAt(offset);
  const start = document.offsetAt({ line, character: 0 });
  const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  const code = text.replace(/[ \t\r\n]+$/, '');
  const allowed = /gilproof:\s*allow\s*\([^)]*(?=\))/.exec(code);
  if (allowed !== null) {
    return { offset: start + allowed.index + allowed[0].length, before: `, ${rule}`, reason: '', after: '' };
  }
  // In a macro definition a `//` comment would swallow the line break's backslash.
  if (code.endsWith('\\')) {
    const end = code.slice(0, -1).trimEnd().length;
    return { offset: start + end, before: ` /* gilproof: allow(${rule}) `, reason: REASON, after: ' */' };
  }
  return { offset: start + code.length, before: ` // gilproof: allow(${rule}) `, reason: REASON, after: '' };
}
