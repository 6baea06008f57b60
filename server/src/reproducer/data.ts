/** Which container, field or variable a finding is about, who else touches it, and where Python code sees it. */
import type { Extension } from '../analysis/extension.ts';
import type { ExtensionFunction } from '../analysis/program.ts';
import type { FunctionView } from '../analysis/view.ts';
import { apiFact } from '../capi/facts.ts';
import type { Value } from '../program/model.ts';
import { reachable } from './reach.ts';
import type { Entry, Member, PythonType, Surface } from './surface.ts';

export interface Container {
  readonly kind: 'list' | 'dict' | 'set' | 'bytearray' | 'weakref';
  /** `BookObject.counts`, `=registry`: see `Access.key`. Null: it is none of those. */
  readonly key: string | null;
  /** The parameter, or parsed argument, that it is. */
  readonly value: Value;
  /** It is gone through item by item: a changed size hurts more than a changed item. */
  readonly walked: boolean;
  readonly step: number;
}

/** The container that a call looks into. */
export function containerAt(extension: Extension, view: FunctionView, step: number): Container | null {
  const op = view.op(step);
  if (op?.kind !== 'call' || op.callee.name === null) return null;
  const { name } = op.callee;
  const kind = kindOf(name);
  const value = op.args[apiFact(name)?.containerArg ?? 0];
  return kind && value
    ? { kind, key: extension.accesses.sourceOf(view, value, step), value, step, walked: /Next|Fast/.test(name) }
    : null;
}

function kindOf(name: string): Container['kind'] | null {
  if (/^_?PyDict_/.test(name)) return 'dict';
  if (/^_?PyList_|^PySequence_/.test(name)) return 'list';
  if (/^_?PySet_/.test(name)) return 'set';
  if (/^_?PyByteArray_/.test(name)) return 'bytearray';
  return name.startsWith('PyWeakref_Get') ? 'weakref' : null;
}

const CHANGES =
  /^_?Py(?:List_(?:Set|SET|Append|Insert|Clear|Extend)|Dict_(?:Set|Del|Clear|Pop|Update|Merge)|Set_(?:Add|Discard|Pop|Clear)|Object_(?:SetItem|DelItem))/;
const GROWS = /SetItem|SetDefault|Append|Insert|Extend|Add|Update|Merge/;

/** Functions that change the container. `grows`: only those that put something in. */
export function changersOf(extension: Extension, key: string, grows = false): readonly ExtensionFunction[] {
  return extension.functions
    .filter(view =>
      view.body.steps.some(({ op }, step) => {
        if (op.kind !== 'call' || op.callee.name === null || !CHANGES.test(op.callee.name)) return false;
        const [container] = op.args;
        if (container === undefined || (grows && !GROWS.test(op.callee.name))) return false;
        return extension.accesses.sourceOf(view, container, step) === key;
      }),
    )
    .map(view => view.function);
}

/** Keys of the containers that a function, or one it calls, asks for something. */
export function containersOf(extension: Extension, fn: ExtensionFunction): readonly string[] {
  const functions = reachable(extension, fn);
  const found = extension.functions
    .filter(view => functions.has(view.function))
    .flatMap(view => view.stepsOf('call').map(step => containerAt(extension, view, step)));
  return [...new Set(found.flatMap(one => (one === null || one.kind === 'weakref' ? [] : (one.key ?? []))))];
}

/** Attributes that show a field: members, and getters that read it. */
export function attributesOf(extension: Extension, surface: Surface, key: string): readonly (Member | Entry)[] {
  const members = surface.members.filter(member => isFieldOf(member.type, member.field, key));
  const getters = surface.entries.filter(
    entry => entry.kind === 'getter' && readsOf(extension, entry.function).some(one => one.key === key),
  );
  return [...members, ...getters];
}

export function isFieldOf(type: PythonType, field: string, key: string): boolean {
  return [...type.structs].some(struct => key === `${struct}.${field}`);
}

/** Getters, and methods and functions without arguments, that read the datum and change nothing. */
export function readersOf(extension: Extension, surface: Surface, key: string): readonly Entry[] {
  return surface.entries.filter(entry => {
    if (entry.kind !== 'getter' && !/METH_NOARGS/.test(entry.flags)) return false;
    const reads = [...reachable(extension, entry.function)].flatMap(fn => readsOf(extension, fn));
    return reads.some(one => one.key === key) && reads.every(one => one.kind === 'read');
  });
}

function readsOf(extension: Extension, fn: ExtensionFunction): readonly { key: string; kind: string }[] {
  const view = extension.functions.find(one => one.function === fn);
  return view ? extension.accesses.ofFunction(view) : [];
}
