/**
 * The lens: rewrites C text into text of the same length and with the same line breaks that tree-sitter's grammar can read,
 * and keeps beside it what it took away. Never throws; linear in the text.
 */
import type { Span } from '../program/model.ts';
import { repairArguments } from './arguments.ts';
import { repairAssembly } from './assembly.ts';
import { eraseAttributes } from './attributes.ts';
import { repairDeclarations } from './declarations.ts';
import { Draft } from './draft.ts';
import { repairLists } from './lists.ts';
import { isThreadLocal, type LearntMacros } from './macros.ts';
import { repairMembers } from './members.ts';
import type { Language, LensedText, MacroUse } from './model.ts';
import { type LensOptions, type SplitText, splitText } from './split.ts';
import { repairStatements } from './statements.ts';
import { movedUse } from './uses.ts';

export interface Mended {
  readonly text: string;
  /** Spans relative to the item. */
  readonly uses: readonly MacroUse[];
}

/** Repairs one item's text. Pure in its arguments, so that an item whose text stands need not be mended again. */
export function mend(clean: string, language: Language, learnt: LearntMacros): Mended {
  const draft = new Draft(clean, language);
  repairAssembly(draft);
  eraseAttributes(draft, learnt);
  repairDeclarations(draft, learnt);
  repairMembers(draft, learnt);
  repairLists(draft, learnt);
  repairArguments(draft);
  repairStatements(draft, learnt);
  const uses = draft.uses.map(use =>
    isThreadLocal(use.name, learnt) ? ({ ...use, threadLocal: true } as const) : use,
  );
  const text = draft.canvas.toString();
  // Most items need no mending: one text is kept of them, not two that are equal.
  return { text: text === clean ? clean : text, uses };
}

export function lens(original: string, options: LensOptions): LensedText {
  const split = splitText(original, options);
  return lensedText(
    split,
    split.cuts.map(cut => mend(cut.text, options.language, split.learnt)),
  );
}

/** Puts mended items back into their file. The whole text and the map of uses are made when somebody asks for them. */
export function lensedText(split: SplitText, mended: readonly Mended[]): LensedText {
  const { original, inactive, conditional, definitions, includes, comments } = split;
  let text: string | null = null;
  let uses: ReadonlyMap<number, MacroUse> | null = null;
  return {
    original,
    inactive,
    conditional,
    definitions,
    includes,
    comments,
    get text() {
      text ??= joinedText(split, mended);
      return text;
    },
    isBlank: part => isBlank(split, mended, part),
    get uses() {
      uses ??= joinedUses(split, mended);
      return uses;
    },
  };
}

/** Between the cuts all is blanked. */
function isBlank({ cuts }: SplitText, mended: readonly Mended[], { start, end }: Span): boolean {
  let low = 0;
  for (let high = cuts.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (cuts[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < cuts.length && cuts[at]!.start < end; at++) {
    const from = cuts[at]!.start;
    if (mended[at]!.text.slice(Math.max(0, start - from), end - from).trim() !== '') return false;
  }
  return true;
}

function joinedText({ original, cuts }: SplitText, mended: readonly Mended[]): string {
  const parts: string[] = [];
  let end = 0;
  for (const [index, cut] of cuts.entries()) {
    parts.push(blanked(original, end, cut.start), mended[index]!.text);
    end = cut.end;
  }
  parts.push(blanked(original, end, original.length));
  return parts.join('');
}

function blanked(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/[^\n\r]+/g, line => ' '.repeat(line.length));
}

function joinedUses({ cuts }: SplitText, mended: readonly Mended[]): Map<number, MacroUse> {
  const uses = new Map<number, MacroUse>();
  for (const [index, cut] of cuts.entries())
    for (const use of mended[index]!.uses) uses.set(cut.start + use.span.start, movedUse(use, cut.start));
  return uses;
}
