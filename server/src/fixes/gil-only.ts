/** Lines that only builds with the GIL compile. */
import type { Span } from '../program/model.ts';
import type { Edits } from './edits.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

export const GIL_ONLY = '#ifndef Py_GIL_DISABLED';
export const GIL_ONLY_END = '#endif';

/** Whole statements. Throws when something else stands on their first line. */
export function leaveOutLines(site: FixSite, edits: Edits, span: Span): void {
  openLines(site, edits, span.start);
  edits.insert(edits.behindComment(span.end), `\n${GIL_ONLY_END}`);
}

/** The line of the statement that begins there is the first. */
export function openLines(site: FixSite, edits: Edits, start: number): void {
  const line = site.text.lastIndexOf('\n', start - 1) + 1;
  if (site.text.slice(line, start).trim() !== '')
    throw new CannotFix('Something else stands on the line of what would be left out.');
  edits.insert(line, `${GIL_ONLY}\n`);
}
