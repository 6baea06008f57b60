/**
 * The lens's first half: a whole text cut into clean items. Comments, directives and code that the build doesn't have are
 * blanked; nothing is repaired yet.
 */
import type { MacroDefinition, Span } from '../program/model.ts';
import { Canvas } from './canvas.ts';
import { resolveConditionals } from './conditionals.ts';
import { knownBuild, type PythonTarget } from './conditions.ts';
import { type Constants, constantsOf, noConstants, withConstants } from './constants.ts';
import { blankData } from './data-tables.ts';
import { type Condition, directiveFacts } from './definitions.ts';
import { readDirective } from './directives.ts';
import { type Cut, cutItems } from './items.ts';
import { learnMacros } from './learn.ts';
import { type LearntMacros, nothingLearnt } from './macros.ts';
import type { Language, LensedText } from './model.ts';
import { ownCopy } from './own-copy.ts';
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
}

/** A place at which the text can be parted: nothing before it changes how what follows is cut, and the other way round. */
export interface Seam {
  readonly offset: number;
  /** The `#if` branch that it stands in (offset of the directive), -1 for none. */
  readonly branch: number;
  /** How many cuts end before it. */
  readonly cuts: number;
}

/** A text cut into items; each still has to be mended. */
export interface SplitText extends Facts {
  readonly original: string;
  readonly cuts: readonly CleanCut[];
  /** In order. The ends of the text are seams too, and not listed. */
  readonly seams: readonly Seam[];
  readonly learnt: LearntMacros;
  readonly constants: Constants;
  readonly conditions: readonly Condition[];
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
    seams: [],
    learnt: nothingLearnt,
    constants: noConstants,
    conditions: [],
    closed: false,
    inactive: [],
    conditional: [],
    definitions: [],
    includes: [],
    comments: [],
  };
}

/** A part of a text that stands in `scope`. `whole`: null when what its macros are has to be learnt from this very text. */
export function splitPart(
  original: string,
  options: LensOptions,
  whole: Pick<SplitText, 'learnt' | 'constants'> | null,
  scope: readonly string[],
): SplitText {
  const { language, template = false } = options;
  const cpp = language === 'cpp';
  const tokens = tokenize(original, { language, template });
  const { target = '3.14', headerMacros = noMacros } = options;
  const freeThreaded = knownBuild({ target, cpp, freeThreaded: true });
  const constants = whole?.constants ?? constantsOf(tokens, freeThreaded, headerMacros);
  const builds = {
    build: withConstants(freeThreaded, constants),
    gilBuild: knownBuild({ target, cpp, freeThreaded: false }),
  };
  const { live, inactive, conditional, closed } = resolveConditionals(tokens, builds, cpp);
  const canvas = cleanCanvas(tokens, live);
  if (template) paintTemplates(tokens, live, canvas);
  blankData(tokens, live, canvas);
  const facts = directiveFacts(tokens, constants);
  const macros = whole?.learnt ?? learnMacros(facts.definitions, headerMacros);
  const clean = canvas.toString();
  const items = cutItems(tokens, live, cpp, macros, scope);
  return {
    original,
    cuts: items.cuts.map(cut => ({ ...cut, text: ownCopy(clean.slice(cut.start, cut.end)) })),
    seams: seamsOf(tokens, items.cuts, cpp),
    learnt: macros,
    constants,
    closed: closed && items.closed && !reachesOn(tokens),
    inactive,
    conditional,
    comments: factComments(tokens),
    ...facts,
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

/** A comment or a joined line goes on behind the end of the text. */
function reachesOn({ text, comments }: Tokens): boolean {
  const [start, end] = comments.slice(-2);
  const last = text.slice(start, end);
  const open = end === text.length && last.startsWith('/*') && (last.length < 4 || !last.endsWith('*/'));
  return open || /\\\s*$/.test(text.slice(-8));
}

function seamsOf(tokens: Tokens, cuts: readonly Cut[], cpp: boolean): Seam[] {
  const { text, kind, start, count } = tokens;
  const seams: Seam[] = [];
  const branches: number[] = [];
  let token = 0;
  const directives = (from: number, to: number, passed: number): void => {
    for (; token < count && start[token]! < to; token++) {
      if (kind[token] !== Token.directive) continue;
      const at = start[token]!;
      const { name } = readDirective(tokens, token);
      if (/^if(?:n?def)?$/.test(name)) branches.push(at);
      else if (/^(?:else|elif(?:n?def)?)$/.test(name) && branches.length > 0) branches[branches.length - 1] = at;
      else if (name === 'endif') {
        branches.pop();
        const end = text.indexOf('\n', at);
        // Between two items, behind a line that is an `#endif` and no more. In C++ a namespace may end there as well.
        if (!cpp && at >= from && end >= 0 && end < to && isWhole(text.slice(at, end)))
          seams.push({ offset: end, branch: branches.at(-1) ?? -1, cuts: passed });
      }
    }
  };
  for (const [index, cut] of cuts.entries()) {
    directives(cuts[index - 1]?.end ?? 0, cut.start, index);
    directives(cut.end, cut.end, index);
    // It ends its line with a `;` or `}`: nothing that follows could have changed where it ends.
    const last = text.charCodeAt(cut.end - 1);
    const next = text.charCodeAt(cut.end);
    if ((last === 59 || last === 125) && (next === 10 || next === 13))
      seams.push({ offset: cut.end, branch: branches.at(-1) ?? -1, cuts: index + 1 });
  }
  directives(cuts.at(-1)?.end ?? 0, text.length, cuts.length);
  return seams;
}

/** No comment begins in the line that ends elsewhere, and no backslash joins the next one to it. */
function isWhole(line: string): boolean {
  return !line.replace(/\/\*.*?\*\//g, '').includes('/*') && !/\\\s*$/.test(line);
}
