import { describe, expect, it } from 'vitest';
import { lowerFile } from '../../server/src/program/lower.ts';
import type { FunctionBody, TranslationUnit } from '../../server/src/program/model.ts';
import type { SyntaxFile } from '../../server/src/syntax/model.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from '../syntax/helpers/parser.ts';

const reader = createReader(await wasmParser());
const fragment = (text: string): SyntaxFile => reader.read('fragment', text, { language: 'c' });

const TEXT = `
#define GET(o) ((o)->count)
typedef struct { PyObject_HEAD long count; } Obj;
typedef struct { Obj *inner; } Box;
static int total;
static long first(Obj *self) { return self->count; }
static long second(Box *box) { return box->inner->count; }
static long third(void) { return total; }
static long fourth(Obj *o) { return GET(o); }
`;

function edited(from: string, to: string): { kept: string[]; after: TranslationUnit; fresh: TranslationUnit } {
  const before = reader.read('t.c', TEXT, { language: 'c' });
  const old = new Set<FunctionBody>(lowerFile(before, { fragment }).functions.map(({ body }) => body));
  const at = TEXT.indexOf(from);
  const span = { start: at, end: at + from.length };
  const file = reader.edit(before, [{ span, text: to }], { language: 'c' });
  const after = lowerFile(file, { fragment });
  const fresh = lowerFile(reader.read('t.c', TEXT.replace(from, to), { language: 'c' }), { fragment });
  const kept = after.functions.filter(({ body }) => old.has(body)).map(({ body }) => body.name);
  return { kept, after, fresh };
}

describe('lowering again after an edit', () => {
  it('lowers only the function that changed', () => {
    const { kept, after, fresh } = edited('return self->count;', 'return self->count + 1;');
    expect(kept).toEqual(['second', 'third', 'fourth']);
    expect(after).toEqual(fresh);
  });

  it('lowers what uses a changed struct, through other structs and macros too', () => {
    const { kept, after, fresh } = edited('long count;', 'atomic_long count;');
    expect(kept).toEqual(['third']);
    expect(after).toEqual(fresh);
  });

  it('lowers what uses a changed macro or variable', () => {
    expect(edited('((o)->count)', '(lookup(o))').kept).toEqual(['first', 'second', 'third']);
    const { kept, after, fresh } = edited('static int total;', '');
    expect(kept).toEqual(['first', 'second', 'fourth']);
    expect(after).toEqual(fresh);
  });

  it('keeps everything when text only moves', () => {
    expect(edited('static int total;', 'static int total;  /* how many */\n').kept).toHaveLength(4);
  });
});
