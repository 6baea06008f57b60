/** The parser seam: what the reader needs of tree-sitter, whichever binding runs it. */
import type { FlatTree, Language } from './model.ts';

export interface Flattened {
  /** Offset of the tree in the text that was parsed. */
  readonly start: number;
  readonly tree: FlatTree;
}

export interface Deadline {
  /** Asked now and then while parsing: true stops it. */
  passed(): boolean;
}

export interface Parser {
  /**
   * Parses a text and copies the trees of its top-level nodes; nothing of the parser's own tree is kept.
   * Null when the deadline passed before the end.
   */
  parse(language: Language, text: string, deadline: Deadline): readonly Flattened[] | null;
  dispose(): void;
}
