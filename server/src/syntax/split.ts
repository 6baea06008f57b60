/**
 * The lens's first half: a whole text cut into clean items. Comments, directives and code that the build doesn't have are
 * blanked; nothing is repaired yet.
 */
import type { MacroDefinition, Span } from '../program/model.ts';
import { Canvas } from './canvas.ts';
import { type Builds, resolveConditionals } from './conditionals.ts';
import { knownBuild, type PythonTarget } from './conditions.ts';
import { directiveFacts } from './definitions.ts';
import { type Cut, cutItems } from './items.ts';
import { learnMacros } from './learn.ts';
import { type LearntMacros, nothingLearnt } from './macros.ts';
import type { Language, LensedText } from './model.ts';
import { paintTemplates } from './templates.ts';
import { Token, type Tokens, tokenize } from './tokens.ts';

export interface LensOptions {
  readonly language: Language;
  /** numpy's `.c.src`: `@name@` stands in the text. */
  readonly template?: boolean;
  readonly target?: PythonTarget;
  /** Definitions of the headers that the file includes, a list for each. The same lists each time: what is learnt is kept. */
  readonly headerMacros?: readonly (readonly MacroDefinition[])[];
}

type Facts = Pick<LensedText, 'inactive' | 'conditional' | 'definitions' | 'includes' | 'comments'>;

/** An item's place and its clean text. */
export interface CleanCut extends Cut {
  readonly text: string;
  /** The `#if` branch that it ends in (offset of the directive), -1 for none, or null: the text can't be parted behind it. */
  readonly seam: number | null;
}

/** A text cut into items; each still has to be mended. */
export interface SplitText extends Facts {
  readonly original: string;
  readonly cuts: readonly CleanCut[];
  readonly learnt: LearntMacros;
  /** Nothing was open at the end: brackets, comments, conditionals. */
  readonly closed: boolean;
}

export const fileScope: readonly string[] = [];
const noMacros: readonly (readonly MacroDefinition[])[] = [];

export function splitText(original: string, options: LensOptions): SplitText {
  return splitPart(original, options, null, fileScope);
}

/** A text of which nothing is taken for code. */
export function unsplit(original: string): SplitText {
  return {
    original,
    cuts: [],
    learnt: nothingLearnt,
    closed: false,
    inactive: [],
    conditional: [],
    definitions: [],
    includes: [],
    comments: [],
  };
}

/** A part of a text that stands in `scope`. `learnt`: null when it has to be learnt from this very text. */
export function splitPart(
  original: string,
  options: LensOptions,
  learnt: LearntMacros | null,
  scope: readonly string[],
): SplitText {
  const { language, template = false } = options;
  const cpp = language === 'cpp';
  const tokens = tokenize(original, { language, template });
  const { live, inactive, conditional, closed } = resolveConditionals(tokens, buildsOf(options), cpp);
  const canvas = cleanCanvas(tokens, live);
  if (template) paintTemplates(tokens, live, canvas);
  const facts = directiveFacts(tokens);
  const macros = learnt ?? learnMacros(facts.definitions, options.headerMacros ?? noMacros);
  const items = cutItems(tokens, live, cpp, macros, scope);
  return {
    original,
    cuts: cleanCuts(tokens, items.cuts, canvas.toString()),
    learnt: macros,
    closed: closed && items.closed,
    inactive,
    conditional,
    comments: factComments(tokens),
    ...facts,
  };
}

function buildsOf({ language, target = '3.14' }: LensOptions): Builds {
  const cpp = language === 'cpp';
  return {
    build: knownBuild({ target, cpp, freeThreaded: true }),
    gilBuild: knownBuild({ target, cpp, freeThreaded: false }),
  };
}

/** The text with nothing but its live tokens; digraphs are spelt out. */
function cleanCanvas(tokens: Tokens, live: Uint32Array): Canvas {
  const canvas = new Canvas(tokens.text);
  let end = 0;
  for (const token of live) {
    const start = tokens.start[token]!;
    canvas.blank(end, start);
    end = tokens.end[token]!;
    const digraph = tokens.code[token]!;
    if (digraph !== 0 && end - start === 2) canvas.replace(start, end, String.fromCharCode(digraph));
  }
  canvas.blank(end, tokens.text.length);
  return canvas;
}

function factComments({ text, comments }: Tokens): Span[] {
  const out: Span[] = [];
  for (let i = 0; i < comments.length; i += 2) {
    const start = comments[i]!;
    const end = comments[i + 1]!;
    if (carriesFacts(text.slice(start, Math.min(end, start + 400)))) out.push({ start, end });
  }
  return out;
}

function carriesFacts(comment: string): boolean {
  return comment.includes('clinic ') || comment.includes('gilproof:') || comment.includes('NOLINT');
}

function cleanCuts(tokens: Tokens, cuts: readonly Cut[], clean: string): CleanCut[] {
  const { text, kind, start, count } = tokens;
  const branches: number[] = [];
  let token = 0;
  return cuts.map(cut => {
    for (; token < count && start[token]! < cut.end; token++) {
      if (kind[token] !== Token.directive) continue;
      const name = /\w+/.exec(text.slice(start[token], start[token]! + 40))?.[0] ?? '';
      if (name.startsWith('if')) branches.push(start[token]!);
      else if (name === 'endif') branches.pop();
      else if (name.startsWith('el') && branches.length > 0) branches[branches.length - 1] = start[token]!;
    }
    // It ends its line with a `;` or `}`: nothing that follows could have changed where it ends.
    const last = text.charCodeAt(cut.end - 1);
    const next = text.charCodeAt(cut.end);
    const parts = (last === 59 || last === 125) && (next === 10 || next === 13);
    return { ...cut, text: ownCopy(clean.slice(cut.start, cut.end)), seam: parts ? (branches.at(-1) ?? -1) : null };
  });
}

/**
 * The same text in memory of its own. A piece cut out of a string keeps the whole string alive, and what is learnt from a
 * piece outlives the text of its moment by far.
 */
export function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}
