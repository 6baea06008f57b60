/** File-scope variables and what they start with. */
import type { GlobalVariable } from './model.ts';
import type { Source } from './node.ts';

/** `constant` needs no code before `main`; `dynamic` (C++) does. */
export function initializerKind(source: Source, value: number): GlobalVariable['initializer'] {
  if (value < 0) return 'none';
  // Long initialisers are tables: not zero, and not worth a copy of their text.
  const text = source.end(value) - source.start(value) > 40 ? '' : source.textOf(value).trim();
  if (/^(?:0[xX]?0*[uUlL]*|0\.0*f?|NULL|nullptr|false|\{\s*(?:0|NULL)?\s*,?\s*\})$/.test(text)) return 'zero';
  let calls = false;
  source.walk(value, node => {
    if (source.kind(node) === 'call_expression') calls ||= !isMacroLike(source, node);
    return !calls;
  });
  return calls ? 'dynamic' : 'constant';
}

/** `PyVarObject_HEAD_INIT(NULL, 0)` and its like are written as calls but are constants. */
function isMacroLike(source: Source, call: number): boolean {
  const name = source.child(call, 'function');
  return name >= 0 && /^(?:[A-Z0-9_]+|\w*_INIT|Py\w*_HEAD_INIT)$/.test(source.textOf(name));
}
