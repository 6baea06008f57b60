import { expect, test } from 'vitest';
import type { Range, TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { Documents } from '../../server/src/lsp/documents.ts';

const uri = 'file:///p/a.c';

/** The text that the service has after the changes of one message. */
function changed(text: string, contentChanges: TextDocumentContentChangeEvent[]): string | undefined {
  const texts = new Map<string, string>();
  const set = (file: string, now: string): void => void texts.set(file, now);
  const documents = new Documents({ open: set, edit: set, close: file => void texts.delete(file) });
  documents.open({ textDocument: { uri, languageId: 'c', version: 1, text } });
  documents.change({ textDocument: { uri, version: 2 }, contentChanges });
  return texts.get('/p/a.c');
}

function at(line: number, from: number, to: number): { range: Range } {
  return { range: { start: { line, character: from }, end: { line, character: to } } };
}

test('changes of one message apply one after the other', () => {
  expect(
    changed('one\ntwo\n', [
      { ...at(1, 0, 3), text: 'three' },
      { ...at(1, 5, 5), text: '!' },
    ]),
  ).toBe('one\nthree!\n');
});

test('ranges outside the text are cut to it, and turned round ones are turned back', () => {
  expect(changed('one\ntwo', [{ ...at(1, 1, 9_999), text: 'en' }])).toBe('one\nten');
  expect(changed('one\ntwo', [{ ...at(0, 3, 1), text: 'ff' }])).toBe('off\ntwo');
});

test('a change without a range is the whole text', () => {
  expect(changed('one', [{ text: 'other' }])).toBe('other');
});
