/** Members of structs: macros that stand for members are taken out, attributes of the others taken away. */
import { startsMember } from './declarations.ts';
import type { Draft } from './draft.ts';
import { KEYWORDS, type LearntMacros, looksLikeMacro, shapeOf } from './macros.ts';
import { repairRun } from './runs.ts';

const OPEN = 40;
const SEMICOLON = 59;

export function repairMembers(draft: Draft, learnt: LearntMacros): void {
  for (let i = 0; i < draft.count; i++) {
    if (draft.isGone(i) || !draft.isWord(i) || draft.context(i) !== 'members' || !startsMember(draft, i)) continue;
    if (!eraseMacro(draft, i, learnt)) repairRun(draft, i, learnt);
  }
}

/** `PyObject_HEAD` and `MEMBERS(x)`, with or without a semicolon. */
function eraseMacro(draft: Draft, i: number, learnt: LearntMacros): boolean {
  const word = draft.word(i);
  const next = draft.next(i);
  const known = shapeOf(word, learnt) === 'member' || word.endsWith('_HEAD');
  if (KEYWORDS.has(word) || !(known || looksLikeMacro(word))) return false;
  const called = draft.code(next) === OPEN && draft.match(next) > 0;
  const last = called ? draft.match(next) : i;
  const after = draft.next(last);
  const alone = draft.code(after) === SEMICOLON || draft.code(after) === 125 || after >= draft.count;
  // A type in capitals may well have its declarator on the next line, but nobody writes so.
  if (!known && !alone && !(draft.isWord(after) && draft.breaks(last, after))) return false;
  if (called && draft.language === 'cpp' && draft.code(after) === 123) return false;
  draft.note(i, called ? next : -1);
  draft.erase(i, draft.code(after) === SEMICOLON ? after : last);
  return true;
}
