import { expect, test } from 'vitest';
import type { MacroDefinition } from '../../server/src/program/model.ts';
import { learnMacros } from '../../server/src/syntax/learn.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { splitText } from '../../server/src/syntax/split.ts';
import { outline } from './helpers/outline.ts';
import { wasmParser } from './helpers/parser.ts';

function definitions(text: string): readonly MacroDefinition[] {
  return splitText(text, { language: 'c' }).definitions;
}

test('how a macro reads is learnt from its definition', () => {
  const { shapes } = learnMacros(
    definitions(`
#define API
#define INLINE static inline __attribute__((always_inline))
#define RESULT(t) INLINE t
#define RELEASE(o) do { unlock(o); free(o); } while (0)
#define FAIL { goto error; }
#define EACH(i, n) for (i = 0; i < (n); i++)
#define EACH_SET(i, s) size_t k = 0; while ((k = next(s, k, &i)))
#define WHEN(x) if ((x) && ready)
#define OP(x) case OP_##x:
#define LEAVE(o) Py_END_CRITICAL_SECTION()
#define AGAIN LEAVE(self)
#define SQUARE(x) ((x) * (x))
#define LIMIT 10
#define __KEYWORDLIKE__ volatile
`),
    [],
  );
  expect(Object.fromEntries(shapes)).toEqual({
    API: 'attribute',
    INLINE: 'attribute',
    RESULT: 'type',
    RELEASE: 'statement',
    FAIL: 'body',
    EACH: 'loop',
    EACH_SET: 'loop',
    WHEN: 'if',
    OP: 'label',
    LEAVE: 'statement',
    AGAIN: 'statement',
    __KEYWORDLIKE__: 'attribute',
  });
});

test('headers teach too, and the file itself has the last word', async () => {
  const header = definitions('#define ENTER(o) lock(o);\n#define EVERY(i) for (i = 0; i < 9; i++)\n#define exported\n');
  const text = `#define EVERY(i) if (i)
exported int f(int i)
{
    ENTER(self) *self->slot = 1;
    EVERY(i) g();
}
`;
  const reader = createReader(await wasmParser());
  const taught = reader.read('a.c', text, { language: 'c', headerMacros: [header] });
  expect(outline(taught)).toBe(`function_definition f: int f(int i)
  expression: ENTER(self);
  expression: *self->slot = 1;
  if: if(_) g();
    expression: g();
rewritten: exported ENTER EVERY
`);
  // When its definition changes, so does every use.
  const at = text.indexOf('if (i)');
  const edit = { span: { start: at, end: at + 2 }, text: 'while' };
  const edited = reader.edit(taught, [edit], { language: 'c', headerMacros: [header] });
  expect(outline(edited)).toContain('while: while(_) g();');
});
