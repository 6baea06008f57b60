/** Functions that the dynamic loader runs: `__attribute__((constructor))` before the name or behind the parameters. */
import type { Source } from './node.ts';

/** `node`: a definition, or a declaration of functions. */
export function isRunByLoader(source: Source, node: number): boolean {
  let found = false;
  source.walk(node, at => {
    const kind = source.kind(at);
    if (kind === 'attribute_specifier') found ||= /\b(?:__)?(?:con|de)structor(?:__)?\b/.test(source.textOf(at));
    return at === node || kind.endsWith('_declarator');
  });
  return found;
}
