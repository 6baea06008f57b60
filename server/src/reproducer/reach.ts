/** How Python code comes to run a function of the extension. */
import type { Extension } from '../analysis/extension.ts';
import type { ExtensionFunction } from '../analysis/program.ts';
import type { Entry, Surface } from './surface.ts';

const MOST_HOPS = 5;

/** Entries that Python code calls directly; collecting garbage and tearing down are none. */
const UNUSABLE = /^(?:tp_traverse|tp_clear|tp_free|tp_alloc|tp_is_gc|m_\w+|mod_\w+|bf_releasebuffer)$/;

const RANK: Readonly<Record<Entry['kind'], number>> = { method: 0, function: 0, getter: 0, setter: 1, slot: 2 };

/** Entries that lead to the function, nearest first; those at the same distance by how plainly they are called. */
export function entriesTo(extension: Extension, surface: Surface, target: ExtensionFunction): readonly Entry[] {
  const found: Entry[] = [];
  const seen = new Set([target.id]);
  let level = [target];
  for (let hops = 0; hops < MOST_HOPS && level.length > 0; hops++) {
    const here = surface.entries.filter(
      entry => level.includes(entry.function) && !(entry.kind === 'slot' && UNUSABLE.test(entry.name)),
    );
    found.push(...here.sort((a, b) => RANK[a.kind] - RANK[b.kind]));
    const next: ExtensionFunction[] = [];
    for (const fn of level) {
      for (const { caller } of extension.graph.callersOf[fn.id] ?? []) {
        if (seen.has(caller)) continue;
        seen.add(caller);
        next.push(extension.linker.functions[caller]!);
      }
    }
    level = next;
  }
  return found.filter((entry, i) => found.findIndex(one => same(one, entry)) === i);
}

function same(a: Entry, b: Entry): boolean {
  return a.kind === b.kind && a.name === b.name && a.type === b.type;
}

/** The function and those of the extension that it calls, a few calls deep. */
export function reachable(extension: Extension, from: ExtensionFunction): ReadonlySet<ExtensionFunction> {
  const out = new Set([from]);
  for (const fn of out) {
    if (out.size > 200) break;
    for (const other of calleesOf(extension, fn)) out.add(other);
  }
  return out;
}

function calleesOf(extension: Extension, fn: ExtensionFunction): readonly ExtensionFunction[] {
  return (extension.graph.callsIn[fn.id] ?? []).flatMap(({ callee }) => extension.linker.functions[callee] ?? []);
}
