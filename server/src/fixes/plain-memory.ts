/** Plain memory from the heap for Python objects moves to `PyMem_`: every call of the file for memory that is no object. */
import type { FunctionView } from '../analysis/view.ts';
import type { CType, Value } from '../program/model.ts';
import { Edits } from './edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { isPythonObject } from './objects.ts';
import type { FixSite } from './site.ts';

const HEAP = /^PyObject_(Malloc|Calloc|Realloc|Free|MALLOC|REALLOC|FREE|Del|DEL)$/;

export const usePlainMemory: Technique = site => {
  const title = 'Take plain memory with PyMem_ calls';
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const edits = new Edits(site.text);
  const functions = new Set<string>();
  let objects = false;
  let unknown: { readonly name: string; readonly view: FunctionView } | null = null;
  for (const view of site.extension.functions) {
    for (const step of view.stepsOf('call')) {
      const op = view.op(step);
      const name = op?.kind === 'call' ? (op.callee.name ?? '') : '';
      if (op?.kind !== 'call' || !HEAP.test(name)) continue;
      const what = memoryOf(site, view, step, name, op.args[0]);
      if (what === 'object') {
        objects = true;
        continue;
      }
      if (view.unit.file !== site.view.unit.file)
        throw new CannotFix(`\`${name}()\` in \`${view.name}\` may be for the same memory, in another file.`);
      if (what === 'unknown') unknown = { name, view };
      rename(site, edits, view, step);
      functions.add(view.name);
    }
  }
  if (unknown !== null && objects)
    throw new CannotFix(
      `\`${unknown.name}()\` in \`${unknown.view.name}\` may be for an object, or for the same memory.`,
    );
  const where = functions.size > 1 ? ` (${functions.size} functions)` : '';
  return { title: `${title}${where}`, safety: unknown === null ? 'safe' : 'suggested', edits: edits.build() };
}

/** By the types that hold it: what is made goes into them, what is freed or grown comes from them. */
function memoryOf(
  site: FixSite,
  view: FunctionView,
  step: number,
  name: string,
  given: Value | undefined,
): 'object' | 'plain' | 'unknown' {
  const made = /alloc/i.test(name) ? view.usesOf(step) : [];
  const types = [
    ...made.flatMap(use => {
      const op = view.op(use.step);
      return op?.kind === 'store' ? typesOf(site, view, { kind: 'place', place: op.place }) : [];
    }),
    ...(given !== undefined && !/Malloc|MALLOC|Calloc/.test(name) ? typesOf(site, view, given) : []),
  ];
  if (types.some(type => type.pointers === 1 && isPythonObject(site, type.base))) return 'object';
  return types.some(type => type.base !== 'void' && type.base !== '?') ? 'plain' : 'unknown';
}

type Held = Value | { readonly kind: 'place'; readonly place: Extract<Value, { kind: 'address' }>['place'] };

function typesOf(site: FixSite, view: FunctionView, value: Held): CType[] {
  if (value.kind === 'local') return [view.body.locals[value.local]?.type ?? []].flat();
  if (value.kind === 'result') {
    const op = view.op(value.step);
    return op?.kind === 'load' ? typesOf(site, view, { kind: 'place', place: op.place }) : [];
  }
  if (value.kind !== 'place') return [];
  const { place } = value;
  if (place.kind === 'local') return typesOf(site, view, place);
  if (place.kind === 'global') return [view.global(place.name)?.variable.type ?? []].flat();
  if (place.kind !== 'field') return [];
  const struct = place.struct ?? site.extension.linker.onlyStructWith(place.field);
  return struct === null ? [] : [site.extension.linker.field(struct, place.field)?.type ?? []].flat();
}

function rename(site: FixSite, edits: Edits, view: FunctionView, step: number): void {
  const span = view.spanOf(step);
  const found = /\bPyObject_(Malloc|Calloc|Realloc|Free|MALLOC|REALLOC|FREE|Del|DEL)\b/.exec(site.written(span));
  if (found === null) throw new CannotFix(`The call in \`${view.name}\` is made by a macro.`);
  const start = span.start + found.index;
  const form = (found[1] ?? '').toLowerCase();
  const name = form === 'del' ? 'Free' : form[0]?.toUpperCase() + form.slice(1);
  edits.replace({ start, end: start + found[0].length }, `PyMem_${name}`);
}
