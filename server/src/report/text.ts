/** Findings as a compiler prints them: place, level, message, rule; the line and a marker; the other end as a note. */
import type { Span } from '../program/model.ts';
import { linesOf } from '../workspace/lines.ts';
import { relativePath } from '../workspace/paths.ts';
import type { Notice, ReportedFinding } from '../workspace/service.ts';
import type { Context, Formatter, Summary, TextReport } from './model.ts';
import { summaryLines } from './summary.ts';

type Style = 'bold' | 'error' | 'warning' | 'information' | 'hint' | 'marker' | 'faint';

const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  error: '1;31',
  warning: '1;35',
  information: '1;36',
  hint: '1;34',
  marker: '1;32',
  faint: '2',
};

/** Characters of a source line that are shown; a longer one is cut around the marker. */
const WIDEST_LINE = 160;
const BEFORE_MARKER = 40;

export function createTextFormatter(context: Context, colour: boolean): Formatter {
  const paint = (style: Style, text: string): string => (colour ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
  const shown = (path: string): string => (context.relative ? relativePath(context.workingDirectory, path) : path);

  function place(file: string, text: string | undefined, span: Span): { head: string; excerpt: string } {
    if (text === undefined) return { head: `${shown(file)}:`, excerpt: '' };
    const lines = linesOf(text);
    const { line, column } = lines.position(span.start);
    const end = lines.position(Math.max(span.start, span.end));
    const excerpt = marked(lines.text(line), column, end.line === line ? end.column : Number.POSITIVE_INFINITY);
    const number = String(line + 1).padStart(5);
    const gutter = ' '.repeat(number.length);
    return {
      head: `${shown(file)}:${line + 1}:${column + 1}:`,
      excerpt: `${number} | ${excerpt.line}\n${gutter} | ${paint('marker', excerpt.marker)}\n`,
    };
  }

  function finding(entry: ReportedFinding, { texts, races }: TextReport): string {
    const { head, excerpt } = place(entry.file, texts.get(entry.file), entry.span);
    const also = entry.alsoMatches.length > 0 ? paint('faint', ` also: ${entry.alsoMatches.join(', ')}`) : '';
    let out = `${paint('bold', head)} ${paint(entry.level, `${entry.level}:`)} ${entry.message} [${entry.rule}]${also}\n${excerpt}`;
    for (const related of entry.related) {
      const other = place(related.file, texts.get(related.file), related.span);
      out += `${paint('bold', other.head)} ${paint('information', 'note:')} ${related.message}\n${other.excerpt}`;
    }
    const race = races?.get(entry);
    if (race?.status === 'demonstrated') {
      const place = head.replace(/(?::\d+)?:$/, '');
      out += `      ${paint('bold', race.title)} ${paint('faint', `(gilproof race ${place})`)}\n`;
    }
    return out;
  }

  function notice(file: string, entry: Notice, texts: ReadonlyMap<string, string>): string {
    const { head, excerpt } = place(file, texts.get(file), entry.span);
    return `${paint('bold', head)} ${paint(entry.level, `${entry.level}:`)} ${entry.message} [${entry.code}]\n${excerpt}`;
  }

  return {
    file: (one: TextReport) =>
      one.report.findings.map(entry => finding(entry, one)).join('') +
      one.report.notices
        .filter(entry => entry.level !== 'hint')
        .map(entry => notice(one.report.file, entry, one.texts))
        .join(''),
    end: (summary: Summary) => `${summaryLines(summary).join('\n')}\n`,
  };
}

/** A line cut to a readable width, and the marker under it. Tabs stay tabs in both, so that they line up. */
function marked(line: string, from: number, to: number): { line: string; marker: string } {
  const start = line.length > WIDEST_LINE ? Math.max(0, from - BEFORE_MARKER) : 0;
  const cut = line.slice(start, start + WIDEST_LINE);
  const head = start > 0 ? '…' : '';
  const tail = start + WIDEST_LINE < line.length ? '…' : '';
  const first = from - start;
  const last = Math.max(first + 1, Math.min(to - start, cut.length));
  const blank = cut.slice(0, first).replace(/[^\t]/g, ' ');
  return { line: `${head}${cut}${tail}`, marker: `${head && ' '}${blank}^${'~'.repeat(last - first - 1)}` };
}
