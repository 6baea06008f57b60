/**
 * What reading a text yields, before anything is known about Python: the lens's same-length text, the macros it met, and flat
 * syntax trees. Offsets are UTF-16 code units of the original text (the lens keeps every offset and line break in place).
 */
import type { BuildCondition, MacroDefinition, NotRead, ParseHealth, Span } from '../program/model.ts';

export type Language = 'c' | 'cpp';

/** A macro use that the lens rewrote, keyed by where its name starts. `name` and `args` are as written in the source. */
export interface MacroUse {
  readonly name: string;
  readonly span: Span;
  /** Spans of the arguments (still readable in the lensed text unless the lens blanked them). */
  readonly args: readonly Span[];
  /** It gives each thread a variable of its own: `#define PER_THREAD _Thread_local`. */
  readonly threadLocal?: true;
}

/** Text removed because its condition doesn't hold in the build that is analysed. */
export interface InactiveRegion {
  readonly span: Span;
  readonly condition: string;
}

/** Text that is active, under a condition that findings should mention (`Py_GIL_DISABLED`, version tests). */
export interface ConditionalRegion {
  readonly span: Span;
  readonly build: BuildCondition;
}

export interface LensedText {
  readonly original: string;
  /** Same length, same line breaks. What the parser reads; put together when somebody asks for all of it. */
  readonly text: string;
  /** Nothing but white space is left of this part. */
  isBlank(part: Span): boolean;
  /** Uses by start offset of the macro's name. */
  readonly uses: ReadonlyMap<number, MacroUse>;
  readonly inactive: readonly InactiveRegion[];
  readonly conditional: readonly ConditionalRegion[];
  readonly definitions: readonly MacroDefinition[];
  readonly includes: readonly string[];
  /** Comments that carry facts: Argument Clinic blocks, `gilproof:` and `NOLINT` suppressions. Spans include the delimiters. */
  readonly comments: readonly Span[];
}

/**
 * One top-level item (function, declaration, struct …) of a syntax tree, copied into flat arrays by a single cursor walk.
 * Node 0 is the item itself; offsets are relative to its start. Links are node indexes, -1 for none. Half as wide where they fit.
 */
export interface FlatTree {
  readonly start: number;
  readonly length: number;
  readonly count: number;
  /** Grammar symbol names by kind number, shared by all trees of one language. */
  readonly kinds: readonly string[];
  /** Field names by field number; 0 is no field. */
  readonly fields: readonly string[];
  readonly kind: Uint16Array;
  readonly field: Uint8Array;
  readonly startOffset: Uint16Array | Uint32Array;
  readonly endOffset: Uint16Array | Uint32Array;
  readonly parent: Int16Array | Int32Array;
  readonly firstChild: Int16Array | Int32Array;
  readonly nextSibling: Int16Array | Int32Array;
  /** Bit 0 named, bit 1 ERROR, bit 2 MISSING, bit 3 subtree holds an error. */
  readonly flags: Uint8Array;
}

/** A file read: its top-level items in order. Items whose text didn't change since the last read are the same objects. */
export interface SyntaxFile {
  readonly file: string;
  readonly language: Language;
  readonly lens: LensedText;
  readonly items: readonly PlacedItem[];
  readonly notRead: readonly NotRead[];
  readonly incomplete: boolean;
}

export interface PlacedItem {
  /** Absolute start of the item; `tree.start` is where it stood when it was flattened and must not be used. */
  readonly start: number;
  readonly tree: FlatTree;
  /** Lensed text of the item (what the tree's offsets index), and its original text. */
  readonly text: string;
  readonly original: string;
  /** C++: enclosing namespaces, outermost first. Empty in C. */
  readonly scope: readonly string[];
  /** The macros in it that the lens rewrote, by the offset of their name. All offsets relative to the item. */
  readonly uses: ReadonlyMap<number, MacroUse>;
}

export type { ParseHealth };
