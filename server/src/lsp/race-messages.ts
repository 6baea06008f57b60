/** What client and server say to each other about races to play: names and plain data. The playback is the simulator's own. */
import type { WorkspaceEdit } from 'vscode-languageserver';
import type { DemonstrationStatus } from '../demonstrate/model.ts';
import type { Playback } from '../simulator/playback.ts';
import type { Reproducer } from '../workspace/service.ts';

/** Request without parameters; answers `readonly DemoInfo[]`, in the order to show. */
export const DEMOS = 'gilproof/demos';

/** Request with `DemoParams`; answers a `Playback`, or null for an unknown id. */
export const DEMO = 'gilproof/demo';

export interface DemoInfo {
  readonly id: string;
  readonly title: string;
  /** What to see, in two or three sentences. */
  readonly text: string;
  /** Heading that it stands under: a family of hazards, a part of the history. */
  readonly group: string;
  /** Rules that it explains. */
  readonly rules: readonly string[];
}

export interface DemoParams {
  readonly id: string;
}

export type DemosAnswer = readonly DemoInfo[];
export type DemoAnswer = Playback | null;

/** Request with a `RaceTarget`; answers a `RaceAnswer`. Runs the function of a finding by threads, which may take a second. */
export const RACE = 'gilproof/race';

/** Command of the client that lenses and code actions name, with a `RaceTarget`, or several to choose from. */
export const SHOW_RACE = 'gilproof.showRace';

/** A finding by its place: what is reported nearest to it. Zero-based, UTF-16. */
export interface RaceTarget {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
  /** Without it, whatever is reported at the place, on its line, or in the function around it. */
  readonly rule?: string;
  /** For lists. */
  readonly message?: string;
}

export interface RaceFix {
  readonly title: string;
  /** See `FixedDemonstration.fix`. */
  readonly outcome: 'holds' | 'fails' | 'unknown';
  /** Names the versions of the documents that it is for. */
  readonly edit: WorkspaceEdit;
}

export interface RaceAnswer {
  /** The finding that was run; null when nothing is reported there. */
  readonly target: RaceTarget | null;
  readonly status: DemonstrationStatus;
  /** Why there is no failing run, in a sentence. */
  readonly reason: string | null;
  /** `SourceText.uri` as the client writes it. */
  readonly playback: Playback | null;
  readonly fix: RaceFix | null;
}

/** Request with a `RaceTarget`; answers the finding as a Python test, or null when nothing is reported there. */
export const REPRODUCER = 'gilproof/reproducer';

export type ReproducerAnswer = Reproducer | null;
