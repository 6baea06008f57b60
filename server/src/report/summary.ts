/** The last words of a scan: what was analysed, what was not, and why. Never that anything is right. */
import type { Summary } from './model.ts';

const REASONS: Readonly<Record<string, string>> = {
  'not-python': 'without Python names',
  generated: 'generated',
  binary: 'not text',
  'too-large': 'too large',
  unreadable: 'not readable',
  excluded: 'excluded by settings',
  failed: 'failed by a mistake of ours',
};

/** Unknown macros that are named; the rest is counted. */
const NAMED_MACROS = 5;

export function summaryLines(summary: Summary): string[] {
  const lines: string[] = [];
  const read = summary.functions - summary.functionsNotRead;
  const scope = `${read} of ${count(summary.functions, 'function')} in ${count(summary.analysed, 'file')}`;
  if (summary.analysed === 0) lines.push('Nothing was analysed: no Python extension code found.');
  else if (summary.findings === 0) lines.push(`No hazard found in ${scope}.`);
  else {
    const shown = summary.demonstrated > 0 ? `; a failing run was found for ${summary.demonstrated}` : '';
    lines.push(`${count(summary.findings, 'hazard')} found in ${scope}${shown}.`);
  }
  if (summary.cancelled) lines.push('Stopped before the end: the files not reached were not analysed.');

  const skipped = Object.entries(summary.skipped).map(([reason, files]) => {
    const generators = Object.entries(summary.generators).map(([name, many]) => `${many} by ${name}`);
    const by = reason === 'generated' && generators.length > 0 ? ` (${generators.join(', ')})` : '';
    return `${files} ${REASONS[reason] ?? reason}${by}`;
  });
  if (skipped.length > 0) lines.push(`Files not analysed: ${skipped.join(', ')}.`);

  const gaps: string[] = [];
  if (summary.functionsNotRead > 0) gaps.push(count(summary.functionsNotRead, 'function'));
  if (summary.charactersNotRead > 0) {
    const share = (100 * summary.charactersNotRead) / Math.max(1, summary.characters);
    gaps.push(`${share < 0.01 ? 'under 0.01' : share.toFixed(2)} % of the text`);
  }
  if (summary.incomplete.length > 0)
    gaps.push(`the rest of ${count(summary.incomplete.length, 'file')} (time ran out)`);
  if (gaps.length > 0) lines.push(`Could not be read: ${gaps.join(', ')}.`);
  if (summary.unknownMacros.length > 0) {
    const named = summary.unknownMacros.slice(0, NAMED_MACROS).map(({ name }) => name);
    const more = summary.unknownMacros.length - named.length;
    lines.push(`Macros of unknown meaning: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`);
  }
  for (const failure of summary.failures) lines.push(`This should not happen, please report it: ${failure}`);
  if (summary.suppressed > 0) lines.push(`${count(summary.suppressed, 'finding')} suppressed.`);
  for (const entry of summary.stale) {
    const times = entry.count > 1 ? ` (${entry.count} times)` : '';
    lines.push(`Stale baseline entry: ${entry.rule} in ${entry.function || 'file scope'} of ${entry.file}${times}.`);
  }
  return lines;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
