/** Which grammar reads a file. */
import type { Language } from '../syntax/model.ts';

const CPP = /\.(?:cc|cpp|cxx|c\+\+|hh|hpp|hxx|ipp|cpp\.src)$/i;

/** Headers end in `.h` in both languages; these never stand in C. */
const ONLY_CPP =
  /^\s*(?:template\s*<|(?:inline\s+)?namespace\s+[\w:]*\s*\{|using\s+\w|(?:public|private|protected)\s*:)|\bstd::/m;

/** C that a header keeps for C++: `#ifdef __cplusplus` with nothing but the linkage inside. */
export function languageOf(file: string, text: string): Language {
  if (CPP.test(file)) return 'cpp';
  return /\.(?:h|inc|inl)$/i.test(file) && ONLY_CPP.test(text) ? 'cpp' : 'c';
}

/** numpy's `.c.src`: `@name@` stands for each of a list of names, so the text is no C yet. */
export function isTemplate(file: string): boolean {
  return /\.src$/i.test(file);
}
