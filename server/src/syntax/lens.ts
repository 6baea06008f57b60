/**
 * The lens: rewrites C text into text of the same length and with the same line breaks that tree-sitter's grammar can read,
 * and keeps beside it what it took away. Never throws; linear in the text.
 */

import type { MacroDefinition } from '../program/model.ts';
import { repairArguments } from './arguments.ts';
import { Canvas } from './canvas.ts';
import { resolveConditionals } from './conditionals.ts';
import { knownBuild, type PythonTarget } from './conditions.ts';
import { repairDeclarations } from './declarations.ts';
import { directiveFacts } from './definitions.ts';
import { Draft } from './draft.ts';
import { type Cut, cutItems } from './items.ts';
import { learnMacros } from './learn.ts';
import { repairLists } from './lists.ts';
import type { LearntMacros } from './macros.ts';
import { repairMembers } from './members.ts';
import type { Language, LensedText, MacroUse } from './model.ts';
import { repairStatements } from './statements.ts';
import { paintTemplates } from './templates.ts';
import { tokenize } from './tokens.ts';

export interface LensOptions {
  readonly language: Language;
  /** numpy's `.c.src` and its like: `@name@` stands in the text. */
  readonly template?: boolean;
  readonly target?: PythonTarget;
  /** Definitions from the headers that the file includes. The same array each time: what is learnt from it is kept. */
  readonly macros?: readonly MacroDefinition[];
}

const noMacros: readonly MacroDefinition[] = [];

/** A text cut into items; each still has to be mended. */
export interface SplitText
  extends Pick<LensedText, 'original' | 'inactive' | 'conditional' | 'definitions' | 'includes' | 'comments'> {
  /** Without comments, directives and inactive code; same length. */
  readonly clean: string;
  readonly cuts: readonly Cut[];
  readonly learnt: LearntMacros;
  readonly unclosed: boolean;
}

export interface Mended {
  readonly text: string;
  /** Spans relative to the item. */
  readonly uses: readonly MacroUse[];
}

export function splitText(original: string, options: LensOptions): SplitText {
  const { language, target = '3.14', template = false } = options;
  const cpp = language === 'cpp';
  const tokens = tokenize(original, { language, template });
  const build = knownBuild({ target, cpp, freeThreaded: true });
  const gilBuild = knownBuild({ target, cpp, freeThreaded: false });
  const { live, inactive, conditional } = resolveConditionals(tokens, { build, gilBuild }, cpp);
  const canvas = new Canvas(original);
  for (let at = 0, end = 0; at <= live.length; at++) {
    const token = live[at] ?? tokens.count;
    const start = tokens.start[token] ?? original.length;
    canvas.blank(end, at < live.length ? start : original.length);
    if (at === live.length) break;
    end = tokens.end[token]!;
    const digraph = tokens.code[token]!;
    if (digraph !== 0 && end - start === 2) canvas.replace(start, end, String.fromCharCode(digraph));
  }
  if (template) paintTemplates(tokens, live, canvas);
  const facts = directiveFacts(tokens);
  const learnt = learnMacros(facts.definitions, options.macros ?? noMacros);
  const { cuts, unclosed } = cutItems(tokens, live, cpp, learnt);
  const comments = [];
  for (let i = 0; i < tokens.comments.length; i += 2) {
    const span = { start: tokens.comments[i]!, end: tokens.comments[i + 1]! };
    if (carriesFacts(original, span.start, span.end)) comments.push(span);
  }
  return {
    original,
    clean: canvas.toString(),
    cuts,
    learnt,
    unclosed,
    inactive,
    conditional,
    comments,
    ...facts,
  };
}

/** Repairs one item's text. Pure in its arguments, so that an item whose text stands need not be mended again. */
export function mend(clean: string, options: LensOptions, learnt: LearntMacros): Mended {
  const draft = new Draft(clean, options.language);
  repairDeclarations(draft, learnt);
  repairMembers(draft, learnt);
  repairLists(draft, learnt);
  repairArguments(draft);
  repairStatements(draft, learnt);
  return { text: draft.canvas.toString(), uses: draft.uses };
}

export function lens(original: string, options: LensOptions): LensedText {
  const split = splitText(original, options);
  return lensedText(
    split,
    split.cuts.map(cut => mend(split.clean.slice(cut.start, cut.end), options, split.learnt)),
  );
}

/** Puts mended items back into their file. */
export function lensedText(split: SplitText, mended: readonly Mended[]): LensedText {
  const { original, inactive, conditional, definitions, includes, comments } = split;
  const parts: string[] = [];
  const uses = new Map<number, MacroUse>();
  let end = 0;
  for (const [index, cut] of split.cuts.entries()) {
    const item = mended[index]!;
    parts.push(blanked(original, end, cut.start), item.text);
    end = cut.end;
    for (const use of item.uses) uses.set(cut.start + use.span.start, moved(use, cut.start));
  }
  parts.push(blanked(original, end, original.length));
  return { original, text: parts.join(''), uses, inactive, conditional, definitions, includes, comments };
}

function blanked(text: string, start: number, end: number): string {
  return text.slice(start, end).replace(/[^\n\r]/g, ' ');
}

function moved(use: MacroUse, by: number): MacroUse {
  const move = ({ start, end }: { start: number; end: number }) => ({ start: start + by, end: end + by });
  return { name: use.name, span: move(use.span), args: use.args.map(move) };
}

function carriesFacts(text: string, start: number, end: number): boolean {
  if (text.startsWith('/*[clinic', start)) return true;
  const comment = text.slice(start, Math.min(end, start + 400));
  return comment.includes('gilproof:') || comment.includes('NOLINT') || comment.includes('clinic ');
}
