/** Statics of a function that only carry something from call to call: each thread gets its own. */
import { Edits } from './edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { isPythonObject } from './objects.ts';
import type { FixSite } from './site.ts';

export const makeThreadLocal: Technique = site => {
  const name = /\w+/.exec(site.finding.subject)?.[0] ?? '';
  const title = `Give each thread a \`${name}\` of its own`;
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const { source } = site;
  const changed = new Set(
    site.extension.accesses
      .ofFunction(site.view)
      .filter(one => one.kind !== 'read' || one.key.endsWith('[]'))
      .map(one => one.name),
  );
  const edits = new Edits(site.text);
  let done = false;
  for (const declaration of site.nodes(site.block, 'declaration')) {
    const text = source.textOf(declaration);
    const name = /(\w+)\s*(?:\[[^\]]*\]\s*)*(?:=|;)/.exec(text)?.[1] ?? '';
    if (!/^static\b/.test(text) || /^static\s+(?:const|_Thread_local|thread_local)\b/.test(text)) continue;
    const type = site.view.unit.globals.find(one => one.name === `${site.body.name}.${name}`)?.type;
    if (type !== undefined && type.pointers > 0 && isPythonObject(site, type.base)) {
      if (!changed.has(name)) continue;
      throw new CannotFix(`\`${name}\` holds an object, which threads can not each have their own of without leaking.`);
    }
    edits.insert(site.startOf(declaration) + 'static'.length, site.isCpp ? ' thread_local' : ' _Thread_local');
    done = true;
  }
  if (!done) throw new CannotFix('The static is not declared in this function.');
  // What one thread left for another is no longer seen: only a person can tell whether somebody relied on it.
  return { title, safety: 'suggested', edits: edits.build() };
}
