/**
 * What crosses between the extension host and the race view: plain data, two unions. Lines and columns that leave the
 * view are zero-based places in the user's file, so that the host needs to know nothing about playbacks.
 */
import type { ModelName, Playback } from '../../server/src/simulator/playback.ts';

/** What the host can do for this playback; the view shows no button for what it can't. */
export interface Abilities {
  /** Title of the fix that `applyFix` would apply to the user's file. */
  readonly applyFix?: string;
  /** That fix was run as well: nothing failed, and everything was explored. */
  readonly verified?: boolean;
  readonly exportReproducer: boolean;
  /** It can be run again on the text as it is. */
  readonly rerun?: boolean;
  /** Models that are not among the runs yet, and that the host can have explored. */
  readonly models: readonly { readonly model: ModelName; readonly title: string }[];
}

export interface FileRange {
  readonly uri: string;
  readonly line: number;
  readonly endLine: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** Where a thread stands in the user's file. */
export interface ThreadCursor {
  /** `T1` */
  readonly name: string;
  /** 1, 2, 3: picks the decoration. */
  readonly lane: number;
  readonly range: FileRange;
  /** It ran the step that is shown; the others stand before what they run next. */
  readonly current: boolean;
  /** The failure happens here. */
  readonly failing: boolean;
}

export type HostToView =
  /** Replaces what is shown. Keeps the position when it is the playback that the view restored or already shows. */
  | {
      readonly type: 'show';
      readonly playback: Playback;
      readonly abilities: Abilities;
      /** Kept for the host over a reload; the view does not look at it. */
      readonly about?: unknown;
      /** Why no run fails, for a race that was looked for and not found. */
      readonly reason?: string;
      readonly stale?: boolean;
    }
  /** Whether the user's text still reads as it did when this was run. */
  | { readonly type: 'stale'; readonly stale: boolean }
  /** The reader asked for the view: it takes the keyboard. */
  | { readonly type: 'focus' }
  | { readonly type: 'selectStep'; readonly step: number }
  /** The user's cursor stands on this line: go to the step there, if any. */
  | { readonly type: 'selectLine'; readonly uri: string; readonly line: number }
  /** Something takes a while, or went wrong, or was done: one sentence for the reader. */
  | { readonly type: 'notice'; readonly text: string; readonly kind: 'busy' | 'done' | 'failed' };

export type ViewToHost =
  /** The view is there; `has` is the id of the playback that it restored by itself. */
  | { readonly type: 'ready'; readonly has: string | null }
  /** The step changed: the threads now stand here (empty when nothing of it is in a user's file). */
  | { readonly type: 'cursors'; readonly cursors: readonly ThreadCursor[] }
  | { readonly type: 'reveal'; readonly range: FileRange }
  | { readonly type: 'openRule'; readonly rule: string }
  | { readonly type: 'applyFix'; readonly id: string }
  | { readonly type: 'exportReproducer'; readonly id: string }
  | { readonly type: 'rerun'; readonly id: string }
  | { readonly type: 'runModel'; readonly id: string; readonly model: ModelName }
  | { readonly type: 'copy'; readonly text: string };
