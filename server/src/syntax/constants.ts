/**
 * Macros that have one value all through a file, because the file or its headers define them where the build that is analysed
 * surely passes: `#ifdef Py_GIL_DISABLED`, `#define USE_CACHE 0`. What the file asks for before it defines it, takes back,
 * or defines in branches of which nothing is known stays unknown.
 */
import type { MacroDefinition } from '../program/model.ts';
import { type Build, either, holds, type MacroValue, namesIn, valueOf } from './conditions.ts';
import { conditionOf, type Directive, readDirective } from './directives.ts';
import { Token, type Tokens } from './tokens.ts';

export type Constants = ReadonlyMap<string, MacroValue>;
type Lists = readonly (readonly MacroDefinition[])[];

export const noConstants: Constants = new Map();

export function withConstants(build: Build, constants: Constants): Build {
  return constants.size === 0 ? build : either(build, { value: name => constants.get(name) ?? null });
}

export function constantsOf(tokens: Tokens, build: Build, headers: Lists): Constants {
  const directives: Directive[] = [];
  for (let i = 0; i < tokens.count; i++)
    if (tokens.kind[i] === Token.directive) directives.push(readDirective(tokens, i));
  return new Search(directives, build, inherited(headers)).run();
}

/** Null is unknown. */
type Truth = boolean | null;

interface Group {
  /** Whether the `#if` itself is compiled. */
  readonly outer: Truth;
  /** One of the branches above is compiled if the `#if` is. */
  taken: Truth;
  /** Whether the branch at hand is compiled. */
  live: Truth;
}

class Search {
  readonly #directives: readonly Directive[];
  readonly #build: Build;
  readonly #known: Map<string, MacroValue>;
  /** Names that do not have one value, or had none yet when they were asked for. */
  readonly #spoilt = new Set<string>();
  readonly #groups: Group[] = [];

  constructor(directives: readonly Directive[], build: Build, known: Constants) {
    this.#directives = directives;
    this.#known = new Map(known);
    this.#build = either(build, { value: name => this.#known.get(name) ?? null });
  }

  run(): Constants {
    const guard = this.#guard();
    for (const [index, directive] of this.#directives.entries()) {
      if (index === guard) this.#groups.push({ outer: true, taken: true, live: true });
      else if (index !== guard + 1 || guard < 0) this.#read(directive);
    }
    for (const name of this.#spoilt) this.#known.delete(name);
    return this.#known;
  }

  /** Where `#ifndef NAME` with `#define NAME` goes around the whole file: what counts is the first time that it is read. */
  #guard(): number {
    const at = this.#directives.findIndex(({ name }) => name !== 'pragma');
    const condition = this.#directives[at] === undefined ? null : conditionOf(this.#directives[at]);
    const name = condition === null ? undefined : /^!\s*defined\s*\(?\s*(\w+)\s*\)?$/.exec(condition)?.[1];
    const next = this.#directives[at + 1];
    const isDefined = next?.name === 'define' && next.rest.trim().split(/\s/)[0] === name;
    return name !== undefined && isDefined && this.#directives.at(-1)?.name === 'endif' ? at : -1;
  }

  #read(directive: Directive): void {
    const { name, rest } = directive;
    if (name.startsWith('if')) {
      const outer = this.#live();
      const live = both(outer, this.#asks(conditionOf(directive), outer));
      this.#groups.push({ outer, taken: live, live });
    } else if (name.startsWith('el')) {
      const group = this.#groups.at(-1);
      if (group === undefined) return;
      const open = both(group.outer, not(group.taken));
      group.live = name === 'else' ? open : both(open, this.#asks(conditionOf(directive), open));
      group.taken = not(both(not(group.taken), not(group.live)));
    } else if (name === 'endif') this.#groups.pop();
    else if (name === 'define') this.#define(rest);
    else if (name === 'undef' && this.#live() !== false) this.#spoilt.add(rest.trim());
  }

  #live(): Truth {
    const group = this.#groups.at(-1);
    return group === undefined ? true : group.live;
  }

  #asks(condition: string | null, reached: Truth): Truth {
    if (condition === null || reached === false) return null;
    for (const name of namesIn(condition)) if (!this.#known.has(name)) this.#spoilt.add(name);
    return holds(condition, this.#build);
  }

  #define(rest: string): void {
    const live = this.#live();
    const match = /^\s*([A-Za-z_$][\w$]*)(\()?/.exec(rest);
    if (match === null || live === false) return;
    const name = match[1]!;
    const isPlain = match[2] === undefined;
    const value = isPlain ? valueOf(rest.slice(match[0].length), this.#build) : null;
    const before = this.#known.get(name);
    if (live === null || (before !== undefined && before.value !== value)) this.#spoilt.add(name);
    else if (!this.#spoilt.has(name)) this.#known.set(name, { defined: true, value });
  }
}

function both(a: Truth, b: Truth): Truth {
  return a === false || b === false ? false : a === null || b === null ? null : true;
}

function not(a: Truth): Truth {
  return a === null ? null : !a;
}

/** By the last list: with the same one at the end, all are mostly the same. */
const inheritedBefore = new WeakMap<
  readonly MacroDefinition[],
  { readonly lists: Lists; readonly constants: Constants }
>();

function inherited(lists: Lists): Constants {
  const last = lists.at(-1);
  if (last === undefined) return noConstants;
  const before = inheritedBefore.get(last);
  if (
    before !== undefined &&
    before.lists.length === lists.length &&
    before.lists.every((list, i) => list === lists[i])
  )
    return before.constants;
  const constants = new Map<string, MacroValue>();
  const differing = new Set<string>();
  for (const { name, value } of lists.flat()) {
    const known = constants.get(name);
    // What one header defines for sure another may define for some builds only.
    if (value === undefined || (known !== undefined && known.value !== value)) differing.add(name);
    else constants.set(name, { defined: true, value });
  }
  for (const name of differing) constants.delete(name);
  inheritedBefore.set(last, { lists, constants });
  return constants;
}
