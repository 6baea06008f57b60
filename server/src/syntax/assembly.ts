/** Inline assembly in the forms that the grammar lacks: Microsoft's, and macros among the clobbered registers. */
import type { Draft } from './draft.ts';

const OPEN = 40;
const COLON = 58;
const BRACE = 123;

/** Lengths of `asm`, `_asm`, `__asm` and `__asm__`. */
const ASSEMBLY = new Set([3, 4, 5, 7]);

export function repairAssembly(draft: Draft): void {
  for (let i = 0; i < draft.count; i++) {
    if (!ASSEMBLY.has(draft.end(i) - draft.start(i)) || draft.isGone(i) || !/^_{0,2}asm(?:__)?$/.test(draft.word(i)))
      continue;
    let next = draft.next(i);
    while (/^(?:__)?(?:volatile|inline|goto)(?:__)?$/.test(draft.word(next))) next = draft.next(next);
    if (draft.code(next) === OPEN && draft.match(next) > 0) repairClobbers(draft, next);
    else if (draft.code(next) === BRACE && draft.match(next) > 0) eraseBlock(draft, i, next);
    else if (draft.isWord(next) && next === draft.next(i)) eraseLine(draft, i);
  }
}

/** `asm("" : : : REGISTERS)` reads as `asm("" : : : "")`. */
function repairClobbers(draft: Draft, open: number): void {
  let colons = 0;
  for (let i = open + 1; i < draft.match(open); i++) {
    if (draft.match(i) > i) i = draft.match(i);
    else if (draft.code(i) === COLON) colons++;
    else if (colons >= 1 && draft.isWord(i) && draft.end(i) - draft.start(i) >= 2 && draft.code(i + 1) !== OPEN)
      draft.canvas.replace(draft.start(i), draft.end(i), '""');
  }
}

/** `__asm { mov eax, x }` reads as `{ }`. */
function eraseBlock(draft: Draft, i: number, open: number): void {
  draft.note(i);
  draft.erase(i);
  if (draft.match(open) > open + 1) draft.erase(open + 1, draft.match(open) - 1);
}

/** `__asm mov eax, x` reads as `;`. */
function eraseLine(draft: Draft, i: number): void {
  let last = i;
  while (last + 1 < draft.count && !draft.breaks(last, last + 1) && draft.code(last + 1) !== 125) last++;
  draft.note(i);
  draft.erase(i, last);
  draft.canvas.put(draft.start(i), ';');
}
