/** Which grammar reads a file, by its name and, for headers, by its text. */
import type { Language } from './model.ts';

export interface FileKind {
  readonly language: Language;
  /** numpy's `.c.src` and its like. */
  readonly template: boolean;
}

const CPP = /\.(?:cpp|cc|cxx|c\+\+|hpp|hh|hxx|ipp|tpp|inl|C|H)$/;

/** What no C header holds outside of `#ifdef __cplusplus`. */
const CPP_TEXT =
  /^[ \t]*(?:template[ \t]*<|namespace(?:[ \t]+[\w:]+)?[ \t]*\{|namespace[ \t]+[\w:]+[ \t]*$|using[ \t]+\w+[ \t]*=|using[ \t]+namespace\b|class[ \t]+\w+[^;()]*$|(?:public|private|protected)[ \t]*:)|\bstd::\w|\bstatic_cast[ \t]*</m;

const GUARDED =
  /^[ \t]*#[ \t]*if(?:def[ \t]+__cplusplus|[ \t]+defined[ \t]*\(?[ \t]*__cplusplus)[^]*?^[ \t]*#[ \t]*(?:else|elif|endif)/gm;
const COMMENTS = /\/\*[^]*?\*\/|\/\/[^\n]*/g;

/** Headers longer than this are judged by their beginning. UTF-16 units. */
const LOOKED_AT = 60_000;

export function kindOfFile(file: string, text: string): FileKind {
  const template = file.endsWith('.src');
  const name = template ? file.slice(0, -4) : file;
  if (CPP.test(name)) return { language: 'cpp', template };
  if (!/\.(?:h|inc)$/.test(name)) return { language: 'c', template };
  const plain = text.slice(0, LOOKED_AT).replace(COMMENTS, ' ').replace(GUARDED, '');
  return { language: CPP_TEXT.test(plain) ? 'cpp' : 'c', template };
}

/** A text that was never meant to be read: NUL characters, or its beginning full of control characters. */
export function isBinary(text: string): boolean {
  if (text.includes('\0')) return true;
  let odd = 0;
  const length = Math.min(text.length, 4000);
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if ((c < 32 && (c < 9 || c > 13)) || c === 0xfffd) odd++;
  }
  return odd > 64 && odd * 8 > length;
}
