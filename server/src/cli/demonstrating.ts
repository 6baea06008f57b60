/** `scan --demonstrate`: the findings of reports played, ahead of what is printed, in the order of the reports. */
import type { Demonstration } from '../demonstrate/model.ts';
import { RaceThread } from '../host/race-thread.ts';
import { CONFIDENCES, type Exposure } from '../rules/finding.ts';
import type { Demonstrate } from '../workspace/demonstrator.ts';
import type { FileReport, ReportedFinding, Signal } from '../workspace/service.ts';
import type { Workspace } from '../workspace/workspace.ts';

export type Races = ReadonlyMap<ReportedFinding, Demonstration>;

/** Milliseconds for one race. Its budget stops it much earlier; this is for mistakes of ours. */
const LONGEST = 20_000;
/** So many races in a row go to one thread, because each thread reads the extension for itself. */
const IN_A_ROW = 8;

/** Threads that play races. */
export class RacePool {
  readonly #threads: readonly RaceThread[];
  #given = 0;

  /** Null when the threads' program did not come along. */
  static start(size: number): RacePool | null {
    const threads = Array.from({ length: size }, () => RaceThread.find(LONGEST)).filter(one => one !== null);
    return threads.length === 0 ? null : new RacePool(threads);
  }

  private constructor(threads: readonly RaceThread[]) {
    this.#threads = threads;
  }

  readonly demonstrate: Demonstrate = (task, errand) => {
    const thread = this.#threads[Math.floor(this.#given++ / IN_A_ROW) % this.#threads.length]!;
    return thread.demonstrate(task, errand);
  };

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.stop()));
  }
}

/** The report with what was demonstrated first, and the race of every finding that could be tried. */
export async function demonstrated(
  report: FileReport,
  workspace: Workspace,
  signal: Signal,
): Promise<{ readonly report: FileReport; readonly races: Races }> {
  const races = new Map<ReportedFinding, Demonstration>();
  const tried = await Promise.all(
    report.findings.map(async finding => {
      const found = await race(workspace, finding, signal);
      const proven = found.status === 'demonstrated';
      const entry: ReportedFinding = proven
        ? { ...finding, confidence: 'demonstrated', exposure: exposureOf(finding, found) }
        : finding;
      races.set(entry, found);
      return entry;
    }),
  );
  const rank = (finding: ReportedFinding): number => CONFIDENCES.indexOf(finding.confidence);
  return { report: { ...report, findings: tried.sort((a, b) => rank(a) - rank(b)) }, races };
}

/** What fails with the GIL too is said so, whatever is usual for the rule: the window of this one is a call that runs Python code. */
function exposureOf({ exposure }: ReportedFinding, { playback }: Demonstration): Exposure {
  const failsWithGil = playback?.runs.some(({ model, verdict }) => model === 'gil' && verdict.failing > 0) === true;
  return failsWithGil ? { ...exposure, withGil: true } : exposure;
}

async function race(workspace: Workspace, finding: ReportedFinding, signal: Signal): Promise<Demonstration> {
  try {
    return await workspace.demonstrate(finding.file, finding, { fix: 'none' }, { signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const nothing = { failure: null, playback: null, harness: null, assumptions: [], omitted: [] };
    return { status: 'not-modelled', title: 'race: not modelled', reason, ...nothing };
  }
}

/** What `act` makes of each item, in their order, with up to `most` in the making. */
export async function* ahead<T, R>(
  items: AsyncIterable<T>,
  most: number,
  act: (item: T) => Promise<R>,
): AsyncIterable<R> {
  const making: Promise<R>[] = [];
  for await (const item of items) {
    const made = act(item);
    // It is awaited later: until then nobody has to know that it failed.
    made.catch(() => {});
    making.push(made);
    if (making.length >= most) yield await making.shift()!;
  }
  while (making.length > 0) yield await making.shift()!;
}
