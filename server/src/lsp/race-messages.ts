/** What client and server say to each other about races to play: names and plain data. The playback is the simulator's own. */
import type { Playback } from '../simulator/playback.ts';

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
