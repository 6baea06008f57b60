/** A static buffer that is filled by each call becomes a local one. */
import { Edits } from './edits.ts';
import { readsOldContents } from './kept-contents.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

/** More than this does not belong onto the stack of a thread. */
const LARGEST = 4096;

export const makeLocal: Technique = site => {
  const name = /\w+/.exec(site.finding.subject)?.[0] ?? '';
  return [attempt(`Make \`${name}\` a local buffer`, () => rewrite(site, name))];
};

function rewrite(site: FixSite, name: string): Proposed {
  const { source } = site;
  const declaration = site
    .nodes(site.block, 'declaration')
    .find(node => new RegExp(`^static\\b[^;]*\\b${name}\\s*\\[`).test(source.textOf(node)));
  if (declaration === undefined)
    throw new CannotFix('The buffer is not declared in this function, or is not an array.');
  const text = source.textOf(declaration);
  const size = /\[\s*(\d+)\s*\]/.exec(text)?.[1];
  if (size === undefined || Number(size) > LARGEST || /\]\s*\[|,/.test(text))
    throw new CannotFix('The size of the buffer is not known to be small.');
  if (text.includes('=')) throw new CannotFix('The buffer begins with contents that have to last.');
  if (readsOldContents(site.view, name))
    throw new CannotFix(
      'What an earlier call left in it is read: it has to outlive the call, so lock a mutex around every use.',
    );
  for (const mention of site.mentions(site.block, name)) {
    if (mention !== -1 && site.startOf(mention) < site.endOf(declaration)) continue;
    const parent = source.kind(source.parent(mention));
    if (
      parent === 'return_statement' ||
      parent === 'assignment_expression' ||
      parent === 'init_declarator' ||
      parent === 'conditional_expression'
    )
      throw new CannotFix('The address of the buffer outlives the call.');
  }
  const edits = new Edits(site.text);
  const start = site.startOf(declaration);
  edits.replace({ start, end: start + (/^static\s+/.exec(text)?.[0].length ?? 0) }, '');
  // It may be filled in part, and read as a whole: only a person can tell.
  return { title: `Make \`${name}\` a local buffer`, safety: 'suggested', edits: edits.build() };
}
