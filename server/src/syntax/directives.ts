/** Reads a line that begins with `#`. */
import type { Tokens } from './tokens.ts';

export interface Directive {
  readonly name: string;
  readonly rest: string;
}

const DIRECTIVE = /^(?:#|%:)[ \t\f\v]*(?:\/\*[^]*?\*\/[ \t]*)?([a-z_]+)/;

export function readDirective(tokens: Tokens, i: number): Directive {
  const text = tokens.text.slice(tokens.start[i], tokens.end[i]);
  const match = DIRECTIVE.exec(text);
  return match === null ? { name: '', rest: text } : { name: match[1]!, rest: text.slice(match[0].length) };
}

/** What an `#if` or `#elif` of any kind asks for. Null for all other directives. */
export function conditionOf({ name, rest }: Directive): string | null {
  switch (name) {
    case 'if':
    case 'elif':
      return rest.trim();
    case 'ifdef':
    case 'elifdef':
      return `defined(${firstWord(rest)})`;
    case 'ifndef':
    case 'elifndef':
      return `!defined(${firstWord(rest)})`;
    default:
      return null;
  }
}

function firstWord(text: string): string {
  return /[A-Za-z_$][\w$]*/.exec(text)?.[0] ?? '';
}
