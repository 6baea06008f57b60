/**
 * The TextMate grammar that marks what matters without the GIL inside C and C++: lock macros, GIL macros, and calls that
 * return a borrowed reference at risk. The names of the calls come from the facts in `server/src/capi/`.
 * `npm run generate` writes it.
 */
import { apiFact, apiNames } from '../server/src/capi/facts.ts';
import { inRoot } from './paths.ts';

export const GRAMMAR_FILE = inRoot('syntaxes', 'gilproof.injection.tmLanguage.json');

const LOCKS = String.raw`Py_(?:BEGIN|END)_CRITICAL_SECTION(?:2)?(?:_MUTEX)?(?:_SEQUENCE_FAST)?|PyMutex_(?:Lock|Unlock)|PyThread_(?:acquire|release)_lock`;
const GIL = String.raw`Py_(?:BEGIN|END)_ALLOW_THREADS|Py_(?:UN)?BLOCK_THREADS|PyGILState_(?:Ensure|Release)|PyEval_(?:SaveThread|RestoreThread|AcquireThread|ReleaseThread)`;

export function grammar(): unknown {
  return {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    name: 'Gilproof',
    scopeName: 'gilproof.injection',
    injectionSelector: 'L:source.c -comment -string, L:source.cpp -comment -string',
    patterns: [
      word(LOCKS, 'keyword.control.lock.gilproof'),
      word(GIL, 'keyword.control.gil.gilproof'),
      // Only calls: the name in a table or a comment takes no reference.
      word(borrowing().join('|'), 'support.function.borrowed.gilproof', String.raw`(?=\s*\()`),
    ],
  };
}

/** Calls whose owner can drop the borrowed reference while it is used. */
function borrowing(): string[] {
  return apiNames().filter(name => {
    const fact = apiFact(name);
    return fact?.borrowRisk === 'high' || fact?.borrowRisk === 'medium';
  });
}

/** The C++ grammar takes the blanks before a call along with it: a match that starts after them would come too late. */
function word(pattern: string, name: string, behind = '') {
  return { match: String.raw`\s*\b(${pattern})\b${behind}`, captures: { 1: { name } } };
}

export function grammarText(): string {
  return `${JSON.stringify(grammar(), null, 2)}\n`;
}
