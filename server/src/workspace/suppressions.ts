/**
 * Comments by which a maintainer accepts a finding: `gilproof: allow(rule) reason` for a line, for a function (above it) or, as
 * `allow-file`, for the file; clang-tidy's `NOLINT(gilproof-rule)`; and numpy's `noqa: borrowed-ref OK`.
 */
import type { Span } from '../program/model.ts';
import type { Finding } from '../rules/finding.ts';
import { type LineIndex, linesOf } from './lines.ts';
import type { FunctionPlace, Notice, ReportedFinding, SuppressedFinding } from './service.ts';

interface Suppression {
  readonly span: Span;
  /** Where findings are accepted. */
  readonly scope: Span;
  /** Rule ids and families; `*` is every rule. */
  readonly selectors: readonly string[];
  readonly reason: string;
  /** Written for us: then a missing reason or a use in vain is worth a word. */
  readonly ours: boolean;
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
const ALLOW = /gilproof:\s*(allow|allow-file)\s*\(([^)\n]*)\)[ \t:\u2014-]*([^\n]*)/;
const NOLINT = /\b(NOLINT|NOLINTNEXTLINE)\s*\(([^)\n]*\bgilproof-[^)\n]*)\)[ \t:\u2014-]*([^\n]*)/;
/** What numpy's own check of borrowed references looks for: `PyDict_Next()` and `PySequence_Fast()` too. */
const CHECKED_BY_NUMPY = ['borrowed-refs', 'dict-next-unlocked', 'dict-next-body-suspends', 'sequence-fast-unlocked'];
const NOQA = /\bnoqa:\s*borrowed-ref\s+OK\b[ \t:\u2014-]*([^\n]*)/;

export interface Suppressed {
  readonly kept: readonly ReportedFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly notices: readonly Notice[];
}

/** `functions`: those of the file, to tell a comment above a function. `known`: ids and families that a comment may name. */
export function applySuppressions(
  text: string,
  findings: readonly ReportedFinding[],
  functions: readonly FunctionPlace[],
  known: ReadonlySet<string>,
): Suppressed {
  // Two plain searches: this runs at every key, and most texts hold neither.
  if (!text.includes('gilproof') && !text.includes('borrowed-ref'))
    return { kept: findings, suppressed: [], notices: [] };
  const suppressions = readSuppressions(text, functions);
  const used = new Set<Suppression>();
  const kept: ReportedFinding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const matching = suppressions.filter(entry => accepts(entry, finding));
    const first = matching[0];
    for (const entry of matching) used.add(entry);
    if (first) suppressed.push({ finding, reason: first.reason, by: 'comment' });
    else kept.push(finding);
  }
  const notices: Notice[] = [];
  for (const entry of suppressions.filter(candidate => candidate.ours)) {
    const unknown = entry.selectors.find(name => name !== '*' && !known.has(name));
    const say = (code: Notice['code'], level: Notice['level'], message: string): void => {
      notices.push({ code, level, span: entry.span, message });
    };
    if (unknown !== undefined) say('unknown-suppression', 'warning', `No rule or family is called '${unknown}'.`);
    else if (!used.has(entry))
      say('unused-suppression', 'warning', `Nothing to allow here: no finding of ${entry.selectors.join(', ')}.`);
    if (entry.reason === '') say('suppression-without-reason', 'hint', 'Say why this is allowed, behind the bracket.');
  }
  return { kept, suppressed, notices };
}

function accepts(entry: Suppression, finding: Finding): boolean {
  const { start, end } = finding.span;
  if (start >= entry.scope.end || Math.max(end, start + 1) <= entry.scope.start) return false;
  return entry.selectors.some(
    name => name === '*' || name === finding.rule || name === finding.family || finding.alsoMatches.includes(name),
  );
}

function readSuppressions(text: string, functions: readonly FunctionPlace[]): Suppression[] {
  const lines = linesOf(text);
  const found: Suppression[] = [];
  for (const match of text.matchAll(COMMENT)) {
    const comment = match[0];
    if (!comment.startsWith('/')) continue;
    const span = { start: match.index, end: match.index + comment.length };
    const body = comment.startsWith('/*') ? comment.slice(0, -2) : comment;
    const allow = ALLOW.exec(body);
    if (allow) {
      const scope = allow[1] === 'allow-file' ? { start: 0, end: text.length } : scopeOf(text, lines, span, functions);
      found.push({ span, scope, selectors: names(allow[2]), reason: (allow[3] ?? '').trim(), ours: true });
      continue;
    }
    const nolint = NOLINT.exec(body);
    if (nolint) {
      const line = lines.position(span.start).line + (nolint[1] === 'NOLINTNEXTLINE' ? 1 : 0);
      const selectors = names(nolint[2])
        .filter(name => name.startsWith('gilproof-'))
        .map(name => name.slice('gilproof-'.length));
      found.push({ span, scope: wholeLine(lines, line), selectors, reason: (nolint[3] ?? '').trim(), ours: false });
      continue;
    }
    const noqa = NOQA.exec(body);
    if (noqa) {
      const scope = wholeLine(lines, lines.position(span.start).line);
      found.push({ span, scope, selectors: CHECKED_BY_NUMPY, reason: (noqa[1] ?? '').trim(), ours: false });
    }
  }
  return found;
}

/** A comment behind code speaks of its line; one on its own of the next line of code, or of the function that starts there. */
function scopeOf(text: string, lines: LineIndex, comment: Span, functions: readonly FunctionPlace[]): Span {
  const { line } = lines.position(comment.start);
  if (text.slice(lines.start(line), comment.start).trim() !== '') return wholeLine(lines, line);
  const rest = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(comment.end))?.[0].length ?? 0;
  const next = comment.end + rest;
  const above = functions.find(place => place.start <= next && next < place.block);
  if (above) return { start: above.start, end: above.end };
  return wholeLine(lines, lines.position(next).line);
}

function wholeLine(lines: LineIndex, line: number): Span {
  return { start: lines.start(line), end: Math.max(lines.start(line + 1), lines.start(line) + 1) };
}

function names(list = ''): string[] {
  return list
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
}
