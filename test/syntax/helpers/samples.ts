import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileKind, kindOfFile } from '../../../server/src/syntax/language.ts';

export interface Sample extends FileKind {
  readonly name: string;
  readonly text: string;
}

const directory = join(import.meta.dirname, '../../fixtures/syntax');

/** Our own text in the shape of real code: the fixtures. */
export const samples: readonly Sample[] = readdirSync(directory)
  .filter(name => !name.endsWith('.txt'))
  .map(name => {
    const text = readFileSync(join(directory, name), 'utf8');
    return { name, text, ...kindOfFile(name, text) };
  });

/** Text that is whole: only there can an edit be read by itself. */
export const cText = samples
  .filter(
    ({ language, template, text }) =>
      language === 'c' && !template && !text.includes('typing(') && !text.startsWith('\ufeff'),
  )
  .map(sample => sample.text)
  .join('\n');

export const cppText = samples
  .filter(sample => sample.language === 'cpp')
  .map(sample => sample.text)
  .join('\n');
