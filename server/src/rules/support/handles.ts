/** State of libraries that is kept in shared objects, and what the methods of those objects do with it. */

import { isLockType } from '../../analysis/collect.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { Origin } from '../../analysis/origins.ts';
import { enclosingObject, type Path, parameterOf, parts } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { changesHandle, keepsHandle, mayBeHandle, readsFixedState, threadUnsafeLibrary } from '../../capi/libraries.ts';
import { atomicAccess, isCApiName, keptArguments } from '../../capi/objects.ts';
import type { CType, Op, Value } from '../../program/model.ts';
import { outermostUses } from './outermost.ts';
import { isObjectPointer } from './references.ts';

export interface HandleUse {
  readonly function: FunctionView;
  readonly step: number;
  /** `Hasher.state`: the same for all uses of one handle. */
  readonly key: string;
  readonly subject: string;
  /** The object that has the handle, and the field in which. */
  readonly owner: Path;
  readonly field: string;
  readonly call: string;
  readonly changes: boolean;
  /** The listed library that the call belongs to. */
  readonly library: string | null;
  /** A C++ object: the call is a method. */
  readonly method: boolean;
  /** Of the standard library, or a member of the Python object itself: not of a class that may belong to one thread by design. */
  readonly isPlain: boolean;
  /** Kept in the very object whose method this is. */
  readonly ofThis: boolean;
  /** In a method of a C++ class, and kept in an object that the method has from somewhere else than its caller. */
  readonly ofOthers: boolean;
  readonly locked: boolean;
}

/** All calls into libraries that get a handle out of an object that several threads can use, by handle. */
export function handleUses(extension: Extension): Map<string, HandleUse[]> {
  const uses = new Map<string, HandleUse[]>();
  const inC = new Map(extension.having(extension.withSettings(handleUses), usesInC));
  for (const view of extension.functions) {
    // What a method does to its object is told by the methods that it calls.
    for (const use of view.unit.language === 'c' ? (inC.get(view) ?? []) : usesIn(extension, view)) {
      const list = uses.get(use.key);
      if (list === undefined) uses.set(use.key, [{ ...use, function: view }]);
      else list.push({ ...use, function: view });
    }
  }
  for (const [key, known] of uses) known.push(...looksBehind(extension, key, known));
  return outermostUses(extension, uses);
}

/** A use without its function, which is another object after every edit. */
type OwnUse = Omit<HandleUse, 'function'>;

function usesInC(view: FunctionView, extension: Extension): OwnUse[] {
  return view.unit.language === 'c' ? usesIn(extension, view) : [];
}

function usesIn(extension: Extension, view: FunctionView): OwnUse[] {
  if (!view.isConcurrent || view.isInitOnly || view.stepsOf('call').length === 0) return [];
  const calls = view.stepsOf('call').flatMap(step => {
    const op = view.op(step);
    return (op?.kind === 'call' ? useAt(extension, view, step, op) : null) ?? [];
  });
  return view.unit.language === 'c' ? calls : [...calls, ...entriesOfMaps(extension, view)];
}

/** C++: `(*self->cache)[key] = value` calls a method of the map that puts an entry in. */
function entriesOfMaps(extension: Extension, view: FunctionView): OwnUse[] {
  return view.stepsOf('store').flatMap(step => {
    const op = view.op(step);
    if (op?.kind !== 'store' || op.place.kind !== 'element') return [];
    const { base } = op.place;
    const field = sharedField(extension, view, base, step);
    if (field === null || !isHandle(extension, field.type, base, false) || !MAP.test(field.type.base)) return [];
    const isPlain = field.type.base.startsWith('std::') || isPythonObject(extension, field.owner);
    return {
      ...placeOfUse(extension, view, step, base, field),
      call: 'operator[]',
      changes: true,
      library: null,
      method: true,
      isPlain,
    };
  });
}

/** Types whose `[]` makes the entry that it does not find: the standard's, those like them, and aliases named after them. */
const MAP = /map(?:<|$)|map_t$/i;

/** Reads of what a listed library keeps behind pointers in its handle: `self->face->size->metrics`. */
function looksBehind(extension: Extension, key: string, known: readonly HandleUse[]): HandleUse[] {
  const library = known.find(use => use.changes && use.library !== null)?.library ?? null;
  if (library === null) return [];
  return extension.accesses.of(key).flatMap(({ function: view, step, kind, concurrent, base }) => {
    const inner = kind === 'read' && concurrent ? readsThrough(view, step).flatMap(at => readsThrough(view, at)) : [];
    if (inner.length === 0 || base === null) return [];
    const locked = view.guard(step, base) !== null;
    const subject = view.renderPlaceOf(step);
    return [
      {
        function: view,
        step,
        key,
        subject,
        owner: base,
        field: key.slice(key.lastIndexOf('.') + 1),
        call: '',
        changes: false,
        library,
        method: false,
        isPlain: true,
        ofThis: false,
        ofOthers: false,
        locked,
      },
    ];
  });
}

/** Steps that load what the pointer loaded at the step leads to. */
function readsThrough(view: FunctionView, step: number): number[] {
  return view
    .usesOf(step)
    .flatMap(use => (use.role === 'base' && view.op(use.step)?.kind === 'load' ? [use.step] : []));
}

type CallOp = Extract<Op, { kind: 'call' }>;

function useAt(extension: Extension, view: FunctionView, step: number, op: CallOp): OwnUse | null {
  const { name } = op.callee;
  if (name === null || op.callee.kind !== 'named') return null;
  const method = methodCalled(extension, view, step);
  if (method === null && view.semantics.callee(step)?.kind !== 'outside') return null;
  if (isCApiName(name) || keptArguments(name, 1) !== undefined || atomicAccess(name) !== null) return null;
  if (readsFixedState(name)) return null;
  const library = threadUnsafeLibrary(name, extension.options.threadUnsafe ?? []);
  for (const [argument, value] of op.args.entries()) {
    if ((argument > 0 && library === null && view.unit.language === 'c') || keepsHandle(name, argument)) break;
    const field = sharedField(extension, view, value, step);
    const isKnown = library !== null || (argument === 0 && method !== null);
    if (field === null || !isHandle(extension, field.type, value, isKnown)) continue;
    return {
      ...placeOfUse(extension, view, step, value, field),
      call: name.replace(/^.*::/, ''),
      changes: argument === 0 && (method === null ? changesHandle(name, library !== null) : method.changes),
      library,
      method: view.unit.language === 'cpp' && argument === 0 && library === null,
      isPlain: name.startsWith('std::') || isPythonObject(extension, field.owner),
    };
  }
  return null;
}

/** Which handle of which object is used, and whether under a lock. */
function placeOfUse(
  extension: Extension,
  view: FunctionView,
  step: number,
  value: Value,
  { key }: SharedField,
): Pick<OwnUse, 'step' | 'key' | 'subject' | 'owner' | 'field' | 'ofThis' | 'ofOthers' | 'locked'> {
  const path = view.path(value, step);
  const owner = ownerPath(view, value, step);
  const { ofClass } = view.body;
  return {
    step,
    key,
    subject: value.kind === 'address' ? view.renderPlace(value.place) : view.render(value),
    owner,
    field: key.slice(key.lastIndexOf('.') + 1),
    ofThis: ofClass !== undefined && enclosingObject(path) === 'p0',
    ofOthers: ofClass !== undefined && !isPythonObject(extension, ofClass) && parameterOf(owner) === null,
    locked: view.guard(step, path) !== null,
  };
}

function isPythonObject(extension: Extension, struct: string): boolean {
  return extension.linker.struct(struct)?.isObject === true;
}

/**
 * The extension's own method that is called, or those that override it, and whether one changes its object. Null for other
 * functions and for methods with locks of their own.
 */
function methodCalled(extension: Extension, view: FunctionView, step: number): { readonly changes: boolean } | null {
  const methods = view.unit.language === 'c' ? [] : extension.methods.calledAt(view, step);
  if (methods.length === 0) return null;
  for (const method of methods) {
    if (isPythonObject(extension, method.body.ofClass ?? '') || method.stepsOf('acquire').length > 0) return null;
  }
  return {
    changes: methods.some(method => method.body.constMethod !== true && extension.touches.changes(method, 0)),
  };
}

/** The object in which the value, or the place of its address, is a field. */
function ownerPath(view: FunctionView, value: Value, step: number): Path {
  if (value.kind === 'address' && value.place.kind === 'field') return view.path(value.place.base, step);
  return parts(view.path(value, step)).slice(0, -1).join('>');
}

interface SharedField {
  readonly owner: string;
  readonly key: string;
  readonly type: CType;
}

/** The field that the value was read from, or whose address it is, when other threads can use the object at the step. */
function sharedField(extension: Extension, view: FunctionView, value: Value, step: number): SharedField | null {
  const { linker } = extension;
  let struct: string | null = null;
  let field = '';
  if (value.kind === 'address' && value.place.kind === 'field') {
    if (view.isExclusive(value.place.base, step)) return null;
    ({ struct, field } = value.place);
  } else {
    const sources = view.origins(value, step).filter(origin => origin.kind !== 'constant');
    const [origin] = sources;
    if (origin?.kind !== 'field' || sources.length > 1 || view.ownership(value, step) !== 'shared') return null;
    ({ struct, field } = origin satisfies Origin);
  }
  // The name may lack its namespace.
  const named = struct !== null && linker.struct(struct) !== undefined ? struct : null;
  const owner = named === null ? linker.onlyStructWith(field) : linker.fieldOwner(named, field);
  const type = owner === null ? undefined : linker.field(owner, field)?.type;
  if (owner === null || type === undefined || !linker.isShareable(owner)) return null;
  return { owner, key: `${owner}.${field}`, type };
}

function isHandle(extension: Extension, type: CType, value: Value, listed: boolean): boolean {
  if (isLockType(type) || isObjectPointer(extension, type) || type.callable) return false;
  // Handles behind typedefs, macros, smart pointers and `void *` are known by the function or method only.
  if (listed) return true;
  if (!mayBeHandle(type.base) || type.array) return false;
  return value.kind === 'address' ? type.pointers === 0 : type.pointers === 1;
}
