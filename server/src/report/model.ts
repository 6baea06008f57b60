/** What every format is made from: reports of files as they come, with their texts, and the summary at the end. */

import type { Demonstration } from '../demonstrate/model.ts';
import type { BaselineEntry } from '../workspace/baseline.ts';
import type { RuleInfo } from '../workspace/core.ts';
import type { FileReport, ReportedFinding } from '../workspace/service.ts';

export interface Context {
  readonly version: string;
  /** All rules, whether they run or not. */
  readonly rules: readonly RuleInfo[];
  /** Absolute, with `/`: what relative paths are relative to. */
  readonly workingDirectory: string;
  /** Whether paths are written as seen from the working directory: they are when the user gave them so. */
  readonly relative: boolean;
  /** The page of a rule as Markdown; null when there is none. */
  page(rule: string): string | null;
}

/** A report with the texts that it points into, by path; its own is there when it has anything to show. */
export interface TextReport {
  readonly report: FileReport;
  /** How findings fail, for those that were tried. */
  readonly races?: ReadonlyMap<ReportedFinding, Demonstration>;
  readonly texts: ReadonlyMap<string, string>;
}

/** Turns reports into the text of one format. */
export interface Formatter {
  file(report: TextReport): string;
  end(summary: Summary): string;
}

export interface Summary {
  readonly analysed: number;
  readonly functions: number;
  readonly functionsNotRead: number;
  readonly characters: number;
  readonly charactersNotRead: number;
  /** Files that the parser gave up on half-way. */
  readonly incomplete: readonly string[];
  readonly findings: number;
  /** Findings of which a failing run was found. */
  readonly demonstrated: number;
  readonly suppressed: number;
  readonly notices: number;
  readonly skipped: Readonly<Record<string, number>>;
  /** Generators by name, with how many files they wrote. */
  readonly generators: Readonly<Record<string, number>>;
  /** Mistakes of ours, each once. */
  readonly failures: readonly string[];
  readonly unknownMacros: readonly { readonly name: string; readonly files: number }[];
  readonly stale: readonly BaselineEntry[];
  readonly cancelled: boolean;
}

/** Mistakes of ours that are printed. */
const MOST_FAILURES = 5;

/** Adds up reports. */
export class Tally {
  #analysed = 0;
  #functions = 0;
  #functionsNotRead = 0;
  #characters = 0;
  #charactersNotRead = 0;
  #findings = 0;
  #demonstrated = 0;
  #suppressed = 0;
  #notices = 0;
  readonly #incomplete: string[] = [];
  readonly #skipped = new Map<string, number>();
  readonly #generators = new Map<string, number>();
  readonly #failures = new Set<string>();
  readonly #macros = new Map<string, number>();

  add(report: FileReport): void {
    this.#findings += report.findings.length;
    this.#demonstrated += report.findings.filter(one => one.confidence === 'demonstrated').length;
    this.#suppressed += report.suppressed.length;
    this.#notices += report.notices.length;
    if (report.skipped !== null) bump(this.#skipped, report.skipped);
    if (report.failure !== undefined) this.#failures.add(`${report.file}: ${report.failure}`);
    if (report.generator !== undefined) bump(this.#generators, report.generator);
    const { health } = report;
    if (!health) return;
    this.#analysed++;
    this.#functions += health.functions;
    this.#functionsNotRead += health.functionsNotRead;
    this.#characters += health.characters;
    this.#charactersNotRead += health.charactersNotRead;
    if (health.incomplete) this.#incomplete.push(report.file);
    for (const name of health.unknownMacros) bump(this.#macros, name);
  }

  summary(stale: readonly BaselineEntry[], cancelled: boolean): Summary {
    return {
      analysed: this.#analysed,
      functions: this.#functions,
      functionsNotRead: this.#functionsNotRead,
      characters: this.#characters,
      charactersNotRead: this.#charactersNotRead,
      incomplete: this.#incomplete,
      findings: this.#findings,
      demonstrated: this.#demonstrated,
      suppressed: this.#suppressed,
      notices: this.#notices,
      skipped: sorted(this.#skipped),
      generators: sorted(this.#generators),
      failures: [...this.#failures].slice(0, MOST_FAILURES),
      unknownMacros: [...this.#macros]
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .map(([name, files]) => ({ name, files })),
      stale,
      cancelled,
    };
  }
}

/** By name. */
function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
