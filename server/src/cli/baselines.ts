/** `--baseline` and `--write-baseline` of a scan. */

import { relative } from 'node:path/posix';
import { absolute } from '../host/node-host.ts';
import { type BaselineEntry, BaselineFilter, readBaseline, writeBaseline } from '../workspace/baseline.ts';
import { type FindingKey, keysOf } from '../workspace/fingerprint.ts';
import { directoryOf } from '../workspace/paths.ts';
import type { FileReport, Host, ReportedFinding, SuppressedFinding } from '../workspace/service.ts';
import { type Arguments, string, UsageError } from './command.ts';
import { writeAtomically } from './output.ts';

export class Baselines {
  readonly #filter: BaselineFilter | null;
  readonly #filterBase: string;
  readonly #target: string | null;
  readonly #accepted: { file: string; key: FindingKey }[] = [];

  private constructor(filter: BaselineFilter | null, filterBase: string, target: string | null) {
    this.#filter = filter;
    this.#filterBase = filterBase;
    this.#target = target;
  }

  static async open(args: Arguments, workingDirectory: string, host: Host): Promise<Baselines> {
    const target = string(args, 'write-baseline');
    const path = string(args, 'baseline');
    const written = target === undefined ? null : absolute(workingDirectory, target);
    if (path === undefined) return new Baselines(null, '/', written);
    const source = absolute(workingDirectory, path);
    const text = await host.readFile(source);
    if (text === null) throw new UsageError(`Can't read the baseline ${path}; --write-baseline makes one.`);
    const entries = readBaseline(text);
    if (typeof entries === 'string') throw new UsageError(`${path} can't be used as a baseline: ${entries}.`);
    return new Baselines(new BaselineFilter(entries), directoryOf(source), written);
  }

  get writing(): boolean {
    return this.#target !== null;
  }

  /** The report with known findings moved to the suppressed ones. */
  apply(report: FileReport, text: string): FileReport {
    if (this.#target !== null) {
      const file = relative(directoryOf(this.#target), report.file);
      for (const key of keysOf(text, report.findings)) this.#accepted.push({ file, key });
    }
    if (this.#filter === null) return report;
    const file = relative(this.#filterBase, report.file);
    const keys = keysOf(text, report.findings);
    const findings: ReportedFinding[] = [];
    const suppressed: SuppressedFinding[] = [...report.suppressed];
    for (const [i, finding] of report.findings.entries()) {
      const key = keys[i];
      if (key && this.#filter.covers(file, key)) suppressed.push({ finding, reason: '', by: 'baseline' });
      else findings.push(finding);
    }
    return { ...report, findings, suppressed };
  }

  stale(): readonly BaselineEntry[] {
    return this.#filter?.stale() ?? [];
  }

  async write(): Promise<void> {
    if (this.#target !== null) await writeAtomically(this.#target, writeBaseline(this.#accepted));
  }
}
