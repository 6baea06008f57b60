/**
 * What a rule is. One file a rule, in a folder a family; the registry collects them. A rule asks the analysis and reports
 * hazards; it never reads text. `docs/writing-rules.md` shows one from start to end.
 */
import type { Extension } from '../analysis/extension.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Span, TranslationUnit } from '../program/model.ts';
import type { Confidence, Exposure, Family, Severity } from './finding.ts';

export interface Rule {
  readonly id: string;
  readonly family: Family;
  /** One line for lists, without a full stop: `Item borrowed from a list that another thread can change`. */
  readonly title: string;
  /** What goes wrong, and how sure a finding is unless it says otherwise. */
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** `pedantic` and `isolation` rules run only when asked for. */
  readonly group: 'default' | 'pedantic' | 'isolation';
  readonly exposure: Exposure;
  /** Ids of rules that say less about the same place: their findings are folded into this rule's. */
  readonly supersedes: readonly string[];
  /**
   * What the rule says of a function follows from that function's view, the extension's structs and the settings alone. It is
   * then shown the functions one by one (`extension.functions` and `callsTo` hold no other), and what it found stands until one
   * of these changes. Not for rules that ask for accesses, other functions, or what the file says elsewhere.
   */
  readonly local: boolean;
  check(extension: Extension, report: Report): void;
}

/** A place in a function: `steps[0]` is flagged, the others must stay atomic with it (what fixes lock together). */
export interface Place {
  readonly function: FunctionView;
  readonly steps: readonly [number, ...number[]];
}

export interface Hazard {
  /** The object, as written: `self->hits`. */
  readonly subject: string;
  /** One line below 160 characters: object, what the other thread does, consequence, remedy. */
  readonly message: string;
  /** The other end of the pair. */
  readonly other?: Place;
  /** What to say at the other end; `Here another thread can …`. */
  readonly related?: readonly { readonly at: Place; readonly message: string }[];
  /** See `Finding.owner`. */
  readonly owner?: string;
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly exposure?: Exposure;
  /** Where in the function to point, when not at the first step's span. */
  readonly where?: Span;
}

export interface Report {
  at(place: Place, hazard: Hazard): void;
  /** For what stands outside functions: tables, declarations. */
  inFile(unit: TranslationUnit, span: Span, hazard: Omit<Hazard, 'where'>): void;
}

export const FREE_THREADED: Exposure = { freeThreaded: true, perInterpreter: false, withGil: false };
/** Also when each interpreter has a GIL of its own: the data belong to the process. */
export const PROCESS_WIDE: Exposure = { freeThreaded: true, perInterpreter: true, withGil: false };
export const EVEN_WITH_GIL: Exposure = { freeThreaded: true, perInterpreter: true, withGil: true };

/** Even with the one GIL, of objects that an interpreter has for itself: the window is a call that runs Python code, or none is needed. */
export const WITH_GIL_TOO: Exposure = { freeThreaded: true, perInterpreter: false, withGil: true };

type Defaults = 'confidence' | 'group' | 'exposure' | 'supersedes' | 'local';

/** Fills in what most rules have in common: likely, on by default, free-threaded builds only, superseding nothing. */
export function defineRule(rule: Omit<Rule, Defaults> & Partial<Pick<Rule, Defaults>>): Rule {
  return { confidence: 'likely', group: 'default', exposure: FREE_THREADED, supersedes: [], local: false, ...rule };
}
