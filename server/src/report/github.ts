/** Workflow commands that GitHub shows as annotations of a pull request. */
import { linesOf } from '../workspace/lines.ts';
import { relativePath } from '../workspace/paths.ts';
import type { Level } from '../workspace/settings.ts';
import type { Context, Formatter } from './model.ts';
import { summaryLines } from './summary.ts';

const COMMAND: Readonly<Record<Level, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
  off: 'notice',
};

export function createGithubFormatter(context: Context): Formatter {
  return {
    file({ report, texts }) {
      const text = texts.get(report.file);
      const lines = text === undefined ? null : linesOf(text);
      const command = (level: Level, span: { start: number; end: number }, title: string, message: string): string => {
        const start = lines?.position(span.start) ?? { line: 0, column: 0 };
        const end = lines?.position(Math.max(span.start, span.end)) ?? start;
        const properties = {
          file: relativePath(context.workingDirectory, report.file),
          line: start.line + 1,
          endLine: end.line + 1,
          // GitHub ignores columns of annotations over several lines, and warns.
          ...(start.line === end.line ? { col: start.column + 1, endColumn: end.column + 1 } : {}),
          title,
        };
        const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
        return `::${COMMAND[level]} ${list.join(',')}::${escapeData(message)}\n`;
      };
      return [
        ...report.findings.map(entry => command(entry.level, entry.span, `gilproof: ${entry.rule}`, entry.message)),
        ...report.notices
          .filter(entry => entry.level !== 'hint')
          .map(entry => command(entry.level, entry.span, `gilproof: ${entry.code}`, entry.message)),
      ].join('');
    },
    end: summary => `${summaryLines(summary).map(escapeData).join('\n')}\n`,
  };
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
