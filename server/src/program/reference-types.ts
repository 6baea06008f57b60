/** C++ classes that stand for a pointer which they keep: found from what their `->` returns. */
import type { ReferenceType } from './model.ts';
import type { Source } from './node.ts';

/** What this method of a class says of it, when it is its `->`: null when more happens there than a look at a member. */
export function referenceType(source: Source, node: number, type: string, name: string): ReferenceType | null {
  if (name.replaceAll(' ', '') !== 'operator->') return null;
  const body = source.child(node, 'body');
  const last = body < 0 ? -1 : (source.named(body).at(-1) ?? -1);
  if (last < 0 || source.kind(last) !== 'return_statement') return null;
  const value = withoutCasts(source, source.unwrap(source.firstNamed(last)));
  if (isKept(source, value)) return { type, through: null };
  if (source.kind(value) !== 'field_expression') return null;
  const from = source.unwrap(source.child(value, 'argument'));
  const cast = castOf(source, from);
  if (cast === null || !isKept(source, cast.value)) return null;
  return { type, through: { struct: cast.struct, field: source.textOf(source.child(value, 'field')) } };
}

/** The kept pointer itself: `p`, `this->p`, `p.get()`, with or without a cast around it. */
function isKept(source: Source, written: number): boolean {
  const node = withoutCasts(source, written);
  const kind = node < 0 ? '' : source.kind(node);
  if (kind === 'identifier') return true;
  if (kind === 'field_expression') return source.kind(source.child(node, 'argument')) === 'this';
  if (kind !== 'call_expression') return false;
  const target = source.child(node, 'function');
  if (target < 0 || source.kind(target) !== 'field_expression') return false;
  return source.textOf(source.child(target, 'field')) === 'get' && isKept(source, source.child(target, 'argument'));
}

function withoutCasts(source: Source, node: number): number {
  let inner = node;
  for (let cast = castOf(source, inner); cast !== null; cast = castOf(source, inner)) inner = cast.value;
  return inner;
}

/** `(S *)p`, `static_cast<S *>(p)`. */
function castOf(source: Source, node: number): { readonly struct: string; readonly value: number } | null {
  const kind = node < 0 ? '' : source.kind(node);
  if (kind === 'cast_expression') {
    const value = source.unwrap(source.child(node, 'value'));
    return { struct: nameIn(source, source.child(node, 'type')), value };
  }
  const target = kind === 'call_expression' ? source.child(node, 'function') : -1;
  if (target < 0 || source.kind(target) !== 'template_function') return null;
  if (!/^(?:static|reinterpret|const|dynamic)_cast$/.test(source.textOf(source.child(target, 'name')))) return null;
  const list = source.child(node, 'arguments');
  const types = source.child(target, 'arguments');
  if (list < 0 || types < 0) return null;
  return { struct: nameIn(source, source.firstNamed(types)), value: source.unwrap(source.firstNamed(list)) };
}

function nameIn(source: Source, descriptor: number): string {
  return descriptor < 0
    ? '?'
    : source
        .textOf(descriptor)
        .replace(/^(?:const |struct )+/, '')
        .replace(/[\s*&]+$/, '');
}
