/** Lowers a text the way the program does, through the lens and the parser. */
import { expect } from 'vitest';
import { dumpFunction } from '../../server/src/program/dump.ts';
import { lowerFile } from '../../server/src/program/lower.ts';
import type { FunctionBody, TranslationUnit } from '../../server/src/program/model.ts';
import type { Language } from '../../server/src/syntax/model.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from '../syntax/helpers/parser.ts';

const reader = createReader(await wasmParser());

export function lowerText(
  text: string,
  language: Language = 'c',
  headers: readonly TranslationUnit[] = [],
): TranslationUnit {
  const read = (name: string, part: string) => reader.read(name, part, { language });
  return lowerFile(read(`test.${language}`, text), { headers, fragment: part => read('fragment', part) });
}

/** The last function of the text. */
export function lowerOne(text: string, language: Language = 'c'): FunctionBody {
  return lowerText(text, language).functions.at(-1)!.body;
}

/** Steps of the last function of the text, one a line, as `dump.ts` writes them. */
export function stepsOf(text: string, language: Language = 'c'): string[] {
  return dumpFunction(lowerOne(text, language)).split('\n').slice(1);
}

/** Compares the steps of the last function with lines of an indented template literal. */
export function expectSteps(text: string, expected: string, language: Language = 'c'): void {
  expect(stepsOf(text, language)).toEqual(lines(expected));
}

/** Lines of an indented template literal. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}
