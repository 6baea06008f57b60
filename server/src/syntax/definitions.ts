/** `#define` and `#include` lines, as facts. */

import type { MacroDefinition } from '../program/model.ts';
import { readDirective } from './conditionals.ts';
import { ownCopy } from './own-copy.ts';
import { Token, type Tokens } from './tokens.ts';

export interface DirectiveFacts {
  readonly definitions: readonly MacroDefinition[];
  /** File names as written between `"…"` or `<…>`. */
  readonly includes: readonly string[];
}

const DEFINITION = /^[ \t]*([A-Za-z_$][\w$]*)(\(([^)]*)\))?/;

export function directiveFacts(tokens: Tokens): DirectiveFacts {
  const definitions: MacroDefinition[] = [];
  const includes: string[] = [];
  for (let i = 0; i < tokens.count; i++) {
    if (tokens.kind[i] !== Token.directive) continue;
    const { name, rest } = readDirective(tokens, i);
    if (name === 'define') {
      const match = DEFINITION.exec(rest);
      if (match === null) continue;
      definitions.push({
        name: ownCopy(match[1]!),
        parameters: match[2] === undefined ? null : parameters(match[3]!).map(ownCopy),
        body: ownCopy(plainBody(rest.slice(match[0].length))),
        span: { start: tokens.start[i]!, end: tokens.end[i]! },
      });
    } else if (name === 'include') {
      const match = /["<]([^">\n]+)[">]/.exec(rest);
      if (match !== null) includes.push(ownCopy(match[1]!));
    }
  }
  return { definitions, includes };
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
