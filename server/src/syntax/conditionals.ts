/**
 * Decides which branches of `#if … #endif` the parser gets to see. Decided conditions follow the build; where the build says
 * nothing, lists (file scope, members, initialisers) keep all branches that are whole, and statements keep one, so that the
 * code that remains is one that a compiler could have seen.
 */
import { type Build, either, guessedBuild, holds } from './conditions.ts';
import { conditionOf, readDirective } from './directives.ts';
import type { ConditionalRegion, InactiveRegion } from './model.ts';
import { Nesting, type Place } from './nesting.ts';
import { Token, type Tokens } from './tokens.ts';

export interface Resolved {
  /** Indexes of the tokens that remain: no directives, nothing inactive. */
  readonly live: Uint32Array;
  readonly inactive: readonly InactiveRegion[];
  readonly conditional: readonly ConditionalRegion[];
  /** Every `#if` has its `#endif` and the other way round. */
  readonly closed: boolean;
}

interface Branch {
  /** As a condition of its own, `!(…)` of the earlier ones included for `#else`. */
  readonly condition: string;
  /** Index of the directive token that begins it, and of the one that ends it. */
  readonly directive: number;
  /** Holds `#error`: nobody compiles it. */
  refused: boolean;
  end: number;
  /** Position after its tokens, when its tokens are walked from where the group begins. */
  after: Place | null;
  /** Where its remaining tokens begin in `live`. */
  readonly liveStart: number;
}

interface Group {
  readonly before: Place;
  readonly boundary: boolean;
  readonly branches: Branch[];
  readonly verdicts: (boolean | null)[];
  hasElse: boolean;
}

const SEMICOLON = 59;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_PARENTHESIS = 40;
const CLOSE_PARENTHESIS = 41;
const JUMP = /^(?:return|goto|break|continue|Py_RETURN_\w+)$/;

export interface Builds {
  /** The build that is analysed. */
  readonly build: Build;
  /** The same with the GIL. */
  readonly gilBuild: Build;
}

class Resolver {
  readonly #tokens: Tokens;
  readonly #nesting: Nesting;
  readonly #builds: Builds;
  readonly #guess: Build;
  /** Conditions for which no branch was taken in the item at hand: their other pieces must go too. */
  readonly #left = new Set<string>();
  readonly #groups: Group[] = [];
  readonly #inactive: InactiveRegion[] = [];
  readonly #conditional: ConditionalRegion[] = [];
  #live: Uint32Array;
  #liveCount = 0;
  #closed = true;

  constructor(tokens: Tokens, builds: Builds, cpp: boolean) {
    this.#tokens = tokens;
    this.#nesting = new Nesting(tokens, cpp);
    this.#builds = builds;
    this.#guess = either(builds.build, guessedBuild);
    this.#live = new Uint32Array(tokens.count);
  }

  run(): Resolved {
    const tokens = this.#tokens;
    for (let i = 0; i < tokens.count; i++) {
      if (tokens.kind[i] === Token.directive) this.#directive(i);
      else {
        this.#live[this.#liveCount++] = i;
        this.#nesting.feed(i);
        if (this.#left.size > 0 && outsideOfItems(this.#nesting)) this.#left.clear();
      }
    }
    if (this.#groups.length > 0) this.#closed = false;
    while (this.#groups.length > 0) this.#close(tokens.count);
    return {
      live: this.#live.subarray(0, this.#liveCount),
      inactive: this.#inactive.sort((a, b) => a.span.start - b.span.start),
      conditional: this.#conditional.sort((a, b) => a.span.start - b.span.start),
      closed: this.#closed,
    };
  }

  #directive(i: number): void {
    const directive = readDirective(this.#tokens, i);
    switch (directive.name) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        this.#open(i, conditionOf(directive)!);
        break;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else':
        this.#next(i, conditionOf(directive));
        break;
      case 'error': {
        const branch = this.#groups.at(-1)?.branches.at(-1);
        if (branch === undefined) this.#closed = false;
        else branch.refused = true;
        break;
      }
      case 'endif':
        if (this.#groups.length > 0) this.#close(i);
        else this.#closed = false;
        break;
      default:
    }
  }

  #open(directive: number, condition: string): void {
    const { level, previous } = this.#nesting;
    const list = level.kind !== 'block' && level.kind !== 'parenthesis';
    const boundary =
      this.#nesting.atBoundary && list && (previous !== 44 || level.kind === 'list' || level.kind === 'enumerators');
    const group: Group = { before: this.#nesting.save(), boundary, branches: [], verdicts: [], hasElse: false };
    this.#groups.push(group);
    this.#begin(group, directive, condition);
  }

  #begin(group: Group, directive: number, condition: string): void {
    group.branches.push({ condition, directive, refused: false, end: -1, after: null, liveStart: this.#liveCount });
    group.verdicts.push(holds(condition, this.#builds.build));
    this.#nesting.restore(group.before);
  }

  #end(group: Group, directive: number): void {
    const branch = group.branches.at(-1)!;
    branch.end = directive;
    branch.after = this.#nesting.save();
  }

  #next(directive: number, condition: string | null): void {
    const group = this.#groups.at(-1);
    if (group === undefined) {
      this.#closed = false;
      return;
    }
    this.#end(group, directive);
    if (condition === null) group.hasElse = true;
    const earlier = group.branches.map(branch => branch.condition);
    this.#begin(group, directive, condition ?? negated(earlier));
  }

  #close(directive: number): void {
    const group = this.#groups.at(-1)!;
    this.#end(group, directive);
    this.#groups.pop();
    const kept = this.#choose(group, directive);
    const from = group.branches[0]!.liveStart;
    let to = from;
    let place = group.before;
    for (const [index, branch] of group.branches.entries()) {
      const next = group.branches[index + 1]?.liveStart ?? this.#liveCount;
      if (kept.includes(index)) {
        this.#live.copyWithin(to, branch.liveStart, next);
        to += next - branch.liveStart;
        place = branch.after!;
        this.#keep(group, index);
      } else this.#drop(branch);
    }
    this.#liveCount = to;
    this.#nesting.restore(place);
  }

  /** Which branches stay. An empty answer means the branch that is not written: no condition holds. */
  #choose(group: Group, end: number): number[] {
    const { branches, verdicts } = group;
    let possible: number[] = [];
    let exhaustive = group.hasElse;
    for (let i = 0; i < branches.length; i++) {
      if (verdicts[i] === false) continue;
      possible.push(i);
      if (verdicts[i] === true) {
        exhaustive = true;
        break;
      }
    }
    if (possible.some(i => !branches[i]!.refused)) possible = possible.filter(i => !branches[i]!.refused);
    if (possible.length === 0 || (possible.length === 1 && exhaustive)) return possible;
    const balanced = (i: number): boolean => isBalanced(group.before, branches[i]!.after!);
    if (group.boundary && possible.every(i => balanced(i) && isWhole(branches[i]!, group))) return possible;
    const guesses = possible.map(i => holds(branches[i]!.condition, this.#guess));
    const isInBlock = group.before.level.kind === 'block' && this.#goesOn(end);
    const leaves = possible.map(i => isInBlock && this.#leaves(branches[i]!));
    const weight = (at: number): number => 2 * rank(guesses[at]!) + Number(leaves[at]);
    const order = [...possible.keys()].sort((a, b) => weight(a) - weight(b)).map(at => possible[at]!);
    // `#if DO_NOTHING return; #endif`: nobody writes the rest of a function for nothing.
    const refused = !exhaustive && guesses.every((guess, at) => guess === false || (guess === null && leaves[at]));
    if (refused) return [];
    const best = order.find(balanced);
    const only = branches.length === 1 ? branches[0]!.condition : null;
    // Between items a lone branch that isn't whole is being typed in, or its other half follows in another `#if`.
    if (only !== null && group.boundary && outsideOfItems(group.before)) return [0];
    if (best !== undefined && (only === null || !this.#left.has(only))) return [best];
    if (exhaustive) return [order[0]!];
    if (only !== null) this.#left.add(only);
    return [];
  }

  /** What follows the `#endif` is code of the same block, reached from above. */
  #goesOn(end: number): boolean {
    const { text, kind, code, start, end: ends, count } = this.#tokens;
    const next = end + 1;
    if (next >= count || kind[next] === Token.directive || code[next] === CLOSE_BRACE) return false;
    const word = text.slice(start[next], ends[next]);
    return word !== 'case' && word !== 'default' && code[next + 1] !== COLON;
  }

  /** The branch ends in a jump: whatever follows it is never reached. */
  #leaves(branch: Branch): boolean {
    const { text, code, kind, start, end } = this.#tokens;
    let depth = 0;
    let first = branch.directive + 1;
    let last = -1;
    for (let i = first; i < branch.end; i++) {
      if (kind[i] === Token.directive) return false;
      const at = code[i]!;
      if (at === OPEN_BRACE || at === OPEN_PARENTHESIS) depth++;
      else if (at === CLOSE_BRACE || at === CLOSE_PARENTHESIS) depth--;
      if (depth !== 0 || (at !== SEMICOLON && at !== CLOSE_BRACE)) continue;
      last = at === SEMICOLON ? first : -1;
      first = i + 1;
    }
    return last >= 0 && first === branch.end && JUMP.test(text.slice(start[last], end[last]));
  }

  #keep(group: Group, index: number): void {
    const branch = group.branches[index]!;
    if (isGuard(branch.condition)) return;
    const span = this.#span(branch);
    if (span.end <= span.start) return;
    const inGilBuild = this.#inGilBuild(group, index);
    const text = branch.condition.replace(/\s+/g, ' ');
    this.#conditional.push({ span, build: inGilBuild ? { text } : { text, only: 'free-threaded' } });
  }

  /** Whether the branch may also be compiled when there is a GIL. */
  #inGilBuild(group: Group, index: number): boolean {
    for (let i = 0; i < index; i++)
      if (holds(group.branches[i]!.condition, this.#builds.gilBuild) === true) return false;
    return holds(group.branches[index]!.condition, this.#builds.gilBuild) !== false;
  }

  #drop(branch: Branch): void {
    const span = this.#span(branch);
    if (span.end > span.start) this.#inactive.push({ span, condition: branch.condition.replace(/\s+/g, ' ') });
  }

  #span(branch: Branch): { start: number; end: number } {
    const { text, start, end } = this.#tokens;
    return { start: end[branch.directive]!, end: start[branch.end] ?? text.length };
  }
}

/** `} else {` is balanced too: it leaves one bracket and enters another of the same depth. */
function isBalanced(before: Place, after: Place): boolean {
  return after.level === before.level || (after.level.parent === before.level.parent && after.level.parent !== null);
}

function outsideOfItems({ level }: Pick<Place, 'level'>): boolean {
  return level.kind === 'file' || level.kind === 'namespace';
}

function isWhole(branch: Branch, group: Group): boolean {
  const after = branch.after!;
  if (after.level !== group.before.level) return false;
  const { previous } = after;
  const { kind } = after.level;
  if (previous === group.before.previous) return true;
  if (kind === 'list' || kind === 'enumerators') return previous === 44;
  return previous === 59 || previous === 125;
}

function rank(guess: boolean | null): number {
  return guess === true ? 0 : guess === null ? 1 : 2;
}

/** None of the conditions, as short as it can be said. */
function negated(conditions: readonly string[]): string {
  return conditions.map(not).join(' && ');
}

function not(condition: string): string {
  if (/^!(?:defined\(\w*\)|\w+)$/.test(condition)) return condition.slice(1);
  return /^(?:defined\(\w*\)|\w+)$/.test(condition) ? `!${condition}` : `!(${condition})`;
}

/** Include guards, constants and the C++ switch say nothing about a build. */
function isGuard(condition: string): boolean {
  return (
    !/[A-Za-z_]/.test(condition) ||
    /^!defined\(\w*_H(?:PP|XX)?_*(?:INCLUDED)?_*\)$|^!?defined\(__cplusplus\)$/i.test(condition)
  );
}

export function resolveConditionals(tokens: Tokens, builds: Builds, cpp: boolean): Resolved {
  return new Resolver(tokens, builds, cpp).run();
}
