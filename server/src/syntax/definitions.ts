/** `#define` and `#include` lines, as facts. */

import type { MacroDefinition, Span } from '../program/model.ts';
import type { Constants } from './constants.ts';
import { readDirective } from './directives.ts';
import { ownCopy } from './own-copy.ts';
import { Token, type Tokens } from './tokens.ts';

export interface DirectiveFacts {
  readonly definitions: readonly MacroDefinition[];
  /** File names as written between `"…"` or `<…>`. */
  readonly includes: readonly string[];
  /** What else decides which value a macro has. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  /** An `#if`, `#elif`, `#else`, `#endif` or `#undef` as written. */
  readonly text: string;
  readonly span: Span;
}

const DEFINITION = /^[ \t]*([A-Za-z_$][\w$]*)(\(([^)]*)\))?/;

export function directiveFacts(tokens: Tokens, constants: Constants): DirectiveFacts {
  const definitions: MacroDefinition[] = [];
  const includes: string[] = [];
  const conditions: Condition[] = [];
  for (let i = 0; i < tokens.count; i++) {
    if (tokens.kind[i] !== Token.directive) continue;
    const { name, rest } = readDirective(tokens, i);
    if (name === 'define') {
      const match = DEFINITION.exec(rest);
      if (match === null) continue;
      const known = constants.get(match[1]!);
      definitions.push({
        name: ownCopy(match[1]!),
        parameters: match[2] === undefined ? null : parameters(match[3]!).map(ownCopy),
        body: ownCopy(plainBody(rest.slice(match[0].length))),
        span: { start: tokens.start[i]!, end: tokens.end[i]! },
        ...(known === undefined ? {} : { value: known.value }),
      });
    } else if (name === 'include') {
      const match = /["<]([^">\n]+)[">]/.exec(rest);
      if (match !== null) includes.push(ownCopy(match[1]!));
    } else if (/^(?:if|el|endif|undef)/.test(name)) {
      const span = { start: tokens.start[i]!, end: tokens.end[i]! };
      conditions.push({ text: ownCopy(tokens.text.slice(span.start, span.end)), span });
    }
  }
  return { definitions, includes, conditions };
}

function parameters(list: string): string[] {
  return list
    .replace(/\\\r?\n/g, ' ')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '');
}

/** The body on one line, without comments. */
function plainBody(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, ' ')
    .replace(/\\\r?\n/g, ' ')
    .replace(/\/\/.*$/, '')
    .trim();
}
