/**
 * A hazard as everybody downstream sees it (reports, editor, fixes, simulator): plain data with absolute UTF-16 offsets.
 */
import type { Span } from '../program/model.ts';

/** Families: the unit of selection in settings, SARIF (`properties.family`) and docs. */
export const FAMILIES = [
  'borrowed-refs',
  'object-state',
  'globals',
  'critical-sections',
  'gil-api',
  'refcounts',
  'allocation',
  'module',
  'type-slots',
  'libc',
  'atomics',
  'buffers',
] as const;
export type Family = (typeof FAMILIES)[number];

/** What goes wrong, from worst to mildest. */
export const SEVERITIES = [
  'crash',
  'corruption',
  'deadlock',
  'lost-update',
  'gil-reenabled',
  'compile',
  'isolation',
  'info',
] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `demonstrated`: the simulator found a failing schedule. `likely` and above are shown by default. */
export const CONFIDENCES = ['demonstrated', 'likely', 'possible'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Where the hazard exists. */
export interface Exposure {
  readonly freeThreaded: boolean;
  /** With one GIL for each interpreter (process-wide state shared by interpreters). */
  readonly perInterpreter: boolean;
  /** Even with the one GIL: the window is a call that may run Python code. */
  readonly withGil: boolean;
}

export interface Related {
  readonly file: string;
  readonly span: Span;
  readonly message: string;
}

/** The place in the Program that a finding speaks of; what fixes and simulator start from. */
export interface Site {
  readonly file: string;
  /** `FunctionBody.qualifiedName`, or null for file scope. */
  readonly function: string | null;
  /** Step indexes of the flagged access first, then of what must stay atomic with it. */
  readonly steps: readonly number[];
}

export interface Finding {
  readonly rule: string;
  readonly family: Family;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly exposure: Exposure;
  readonly file: string;
  readonly span: Span;
  /** One line, under 160 characters: the object, the other thread's action, the consequence, the remedy. */
  readonly message: string;
  /** The object of it as written: `self->hits`, `registry`. With rule and function the key of baselines and merging. */
  readonly subject: string;
  readonly site: Site;
  /** The other end of the racing pair on the same terms, when there is one. */
  readonly other?: Site;
  readonly related: readonly Related[];
  /** The struct, flag or library that is used without a lock. Reports for people tell the findings about one owner together. */
  readonly owner?: string;
  /** Ids of less specific rules that describe the same site and were folded into this finding. */
  readonly alsoMatches: readonly string[];
}
