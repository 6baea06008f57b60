/**
 * numpy's templates (`.c.src`): `@name@` stands for each value of a list given in a comment. Names become words of the same
 * length; where the values are operators, casts or nothing, the first of them is written instead.
 */
import type { Canvas } from './canvas.ts';
import { Token, type Tokens } from './tokens.ts';

type Values = ReadonlyMap<string, string>;

const BEGIN = /^\/\*\*begin repeat(\d*)\b/;
const END = /^\/\*\*end repeat(\d*)\b/;
const VALUE = /#\s*(\w+)\s*=\s*([^#]*)#/g;
const NAME = /@(\w+)@/g;

/** `(a, b)*3, c`: a. */
function firstValue(list: string): string {
  const plain = list.replace(/[\r\n]\s*\*?/g, ' ').trim();
  const repeated = /^\(([^()]*)\)\s*\*\s*\d/.exec(plain);
  const first = (repeated?.[1] ?? plain).split(',')[0]!.trim();
  return repeated === null ? first.replace(/\s*\*\s*\d+$/, '') : first;
}

function valuesIn(comment: string): Values {
  const values = new Map<string, string>();
  for (const match of comment.matchAll(VALUE)) values.set(match[1]!, firstValue(match[2]!));
  return values;
}

/** Paints over every `@name@` of the tokens that remain. */
export function paintTemplates(tokens: Tokens, live: Uint32Array, canvas: Canvas): void {
  const { text, comments } = tokens;
  const scopes: Values[] = [];
  let comment = 0;
  for (const token of live) {
    const start = tokens.start[token]!;
    for (; comment < comments.length && comments[comment]! < start; comment += 2) {
      const written = text.slice(comments[comment], comments[comment + 1]);
      if (BEGIN.test(written)) scopes.push(valuesIn(written));
      else if (END.test(written)) scopes.pop();
    }
    const suffixed = tokens.kind[token] === Token.number;
    if (tokens.kind[token] !== Token.word && !suffixed) continue;
    const word = text.slice(start, tokens.end[token]);
    if (!word.includes('@')) continue;
    for (const match of word.matchAll(NAME)) {
      const from = start + match.index;
      const to = from + match[0].length;
      const value = scopes.findLast(scope => scope.has(match[1]!))?.get(match[1]!);
      if (suffixed) canvas.blank(from, to);
      else if (value !== undefined && !/^\w/.test(value)) {
        canvas.blank(from, to);
        // At the end, so that `@OP@=` stays one operator.
        if (value.length <= to - from) canvas.put(to - value.length, value);
      } else {
        canvas.put(from, '_');
        canvas.put(to - 1, '_');
      }
    }
  }
}
