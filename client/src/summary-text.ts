/** What a scan found, in sentences. No `vscode` here, so that tests can read it. */
import type { ScanSummary } from '../../server/src/lsp/messages.ts';

const SKIPPED = {
  'not-python': 'not Python extension code',
  generated: 'generated',
  binary: 'not text',
  'too-large': 'too large',
  unreadable: 'unreadable',
  excluded: 'excluded',
} as const;

export function summaryText(summary: ScanSummary): string {
  const read = summary.functions - summary.functionsNotRead;
  const where = `${read} of ${count(summary.functions, 'function')} in ${count(summary.files, 'file')}`;
  const found =
    summary.findings === 0
      ? `No hazard found in ${where}.`
      : `${count(summary.findings, 'hazard')} in ${count(summary.filesWithFindings, 'file')}; read ${where}.`;
  const skipped = Object.entries(summary.skipped).map(
    ([reason, files]) => `${files} ${SKIPPED[reason as keyof typeof SKIPPED]}`,
  );
  return [
    summary.cancelled ? 'Stopped early.' : '',
    found,
    summary.suppressed > 0 ? `${summary.suppressed} allowed.` : '',
    skipped.length > 0 ? `Not analysed: ${skipped.join(', ')}.` : '',
  ]
    .filter(part => part !== '')
    .join(' ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
