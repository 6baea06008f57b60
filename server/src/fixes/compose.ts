/** Edits made one after the other, as edits of the text that the first of them were made for. */
import type { TextEdit } from '../workspace/service.ts';

/** A stretch of the original, or text that was put in. */
type Piece = { readonly start: number; readonly end: number } | { readonly text: string };

const lengthOf = (piece: Piece): number => ('text' in piece ? piece.text.length : piece.end - piece.start);

/** `rounds[0]` is for a text of `length` characters, each of the others for what the one before it gave. */
export function compose(length: number, rounds: readonly (readonly TextEdit[])[]): TextEdit[] {
  let pieces: Piece[] = [{ start: 0, end: length }];
  for (const edits of rounds) pieces = edits.reduceRight(replaced, pieces);
  return editsOf(pieces, length);
}

function replaced(pieces: readonly Piece[], { span, text }: TextEdit): Piece[] {
  return [...cut(pieces, 0, span.start), { text }, ...cut(pieces, span.end, Number.POSITIVE_INFINITY)];
}

function cut(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, lengthOf(piece))];
    if (start < end) {
      out.push(
        'text' in piece
          ? { text: piece.text.slice(start, end) }
          : { start: piece.start + start, end: piece.start + end },
      );
    }
    at += lengthOf(piece);
  }
  return out;
}

function editsOf(pieces: readonly Piece[], length: number): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let text = '';
  for (const piece of [...pieces, { start: length, end: length }]) {
    if ('text' in piece) {
      text += piece.text;
      continue;
    }
    if (text !== '' || piece.start > at) edits.push({ span: { start: at, end: piece.start }, text });
    text = '';
    at = piece.end;
  }
  return edits;
}
