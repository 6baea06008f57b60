/** Where threads enter an extension: functions in tables, module initialisation, callbacks, exported functions. */
import { oneAtATime } from '../capi/run-within.ts';
import type { FunctionBody, Table, TableEntry } from '../program/model.ts';
import { bindsFunctions, isBindingModule, isCalledWithSelfLocked } from './binding-libraries.ts';
import { handedOn } from './handed-on.ts';
import { givesUp, type MemberFunctions, SLOT_NAME } from './members.ts';
import { type GivenAway, outlineOf } from './outline.ts';
import type { ExtensionFunction, Linker } from './program.ts';

/** Why a function runs; decides what can run at the same time. */
export type Context =
  /** Called by Python code: any number of threads at once, on the same objects. */
  | 'python'
  /** Module initialisation: once for each interpreter, in one thread. */
  | 'init'
  /** `tp_init`, `__setstate__`: the object may be known to others, but calling it again from another thread is a caller's bug. */
  | 'construction'
  /** Nobody else has a reference to the object; other objects and globals are shared as ever. */
  | 'dealloc'
  | 'clear'
  /** The world is stopped. */
  | 'traverse'
  /** Its address was given away: it may run at any time in any thread. */
  | 'callback'
  /** The system calls it, between any two instructions of any thread: with the GIL or without. */
  | 'signal'
  /** Not static, and nobody in the extension calls it: other code may, from any thread. */
  | 'external'
  /** No entry point leads here. */
  | 'unreached';

export type ParameterRole =
  /** The object that the entry point was called on. */
  | 'self'
  /** The tuple of positional arguments: only this call sees the tuple, everybody may see what is in it. */
  | 'arguments'
  | 'keywords'
  | 'vector'
  /** What `__setstate__` gets: as a rule it was just made by the one who loads the object. */
  | 'pickled'
  /** What code outside of the extension passes to an exported function that nothing in it calls: an object of its own, or one of others. */
  | 'given'
  /** The module whose initialisation or destruction this is: its state belongs to this call. */
  | 'module'
  /** The type object, for `tp_new` and class methods. */
  | 'type'
  /** Made by the callers and not yet handed on. */
  | 'private'
  /** Something that can't change: a str, a tuple made by the caller, a constant. */
  | 'immutable'
  | 'shared';

export interface EntryPoint {
  /** Its number. */
  readonly function: number;
  readonly context: Context;
  /** For people: ``method `add` ``, ``tp_dealloc of `Counter_Type` ``. */
  readonly as: string;
  /** Roles of the first parameters; the rest are shared. */
  readonly roles: readonly ParameterRole[];
  /** Only one thread at a time enters here: what sees to that. */
  readonly keepsOut?: string;
}

const SLOT_CONTEXTS: Readonly<Record<string, Context>> = {
  tp_dealloc: 'dealloc',
  tp_free: 'dealloc',
  tp_finalize: 'dealloc',
  tp_del: 'dealloc',
  m_free: 'dealloc',
  bf_releasebuffer: 'python',
  tp_clear: 'clear',
  m_clear: 'clear',
  tp_traverse: 'traverse',
  m_traverse: 'traverse',
  tp_init: 'construction',
  mod_exec: 'init',
  mod_create: 'init',
}; // prettier-ignore

const SLOT_ROLES: Readonly<Record<string, readonly ParameterRole[]>> = {
  tp_new: ['type', 'arguments', 'keywords'],
  tp_init: ['self', 'arguments', 'keywords'],
  tp_call: ['self', 'arguments', 'keywords'],
  tp_vectorcall: ['self', 'vector', 'shared', 'arguments'],
};

export function entryPoints(linker: Linker, members: MemberFunctions): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const unit of linker.units) {
    for (const table of unit.tables) {
      if (table.build?.only === 'gil') continue;
      for (const entry of table.entries) {
        if (entry.target === null) continue;
        const target = linker.resolve(unit.file, entry.target);
        const implementation = linker.resolve(unit.file, `${entry.target}_impl`);
        if (implementation?.function.body.facts.clinic === true) {
          // The generated function in the table converts the arguments: only the first is the same in both.
          const point = tableEntry(table, entry, implementation);
          found.push({ ...point, roles: point.roles.slice(0, 1) });
        }
        if (
          target === undefined ||
          (table.kind === 'callbacks' && members.targets.get(entry.slot)?.includes(target.id))
        )
          continue;
        found.push(tableEntry(table, entry, target));
      }
    }
  }
  for (const fn of linker.functions) {
    const { body } = fn.function;
    if (
      /^PyInit_|^PyModExport_/.test(body.name) ||
      // The name may be a macro that makes it: `INIT_MODULE(spam)(void)`.
      body.returnType.base === 'PyMODINIT_FUNC' ||
      isBindingModule(body.name)
    ) {
      found.push({ function: fn.id, context: 'init', as: `module initialisation \`${body.name}\``, roles: [] });
    }
    const alone = runsAlone(body);
    if (alone !== null) found.push({ function: fn.id, context: 'init', as: alone, roles: [] });
    if (body.facts.clinic === true && !found.some(entry => entry.function === fn.id)) {
      // Callers of an `_impl` are generated: the name tells which slot it serves.
      const context = /___(?:init|setstate)___impl$/.test(body.name) ? 'construction' : 'python';
      found.push({ function: fn.id, context, as: `method \`${body.name}\``, roles: ['self'] });
    }
    givenAway(linker, members, fn, found);
  }
  return found;
}

/** What runs once, in one thread: when the library is loaded or unloaded, when the interpreter starts. */
function runsAlone({ name, isStatic, facts }: FunctionBody): string | null {
  if (facts.runByLoader === true) return `\`${name}\` is run by the loader`;
  return !isStatic && /^(?:Py_(?:Bytes)?Main|pymain_\w+)$/.test(name) ? `\`${name}\` starts the interpreter` : null;
}

function tableEntry(table: Table, entry: TableEntry, target: ExtensionFunction): EntryPoint {
  const slot = entry.slot.replace(/^Py_/, '');
  if (table.kind === 'methods') {
    return {
      function: target.id,
      context: entry.name === '__setstate__' ? 'construction' : 'python',
      as: `method \`${entry.name ?? target.function.body.name}\``,
      roles: entry.name === '__setstate__' ? ['self', 'pickled'] : methodRoles(entry.detail),
    };
  }
  if (table.kind === 'getset') {
    const verb = slot === 'set' ? 'setter' : 'getter';
    return { function: target.id, context: 'python', as: `${verb} of \`${entry.name ?? '?'}\``, roles: ['self'] };
  }
  // A metaclass's struct starts with a type object: `{ {{ PyVarObject_HEAD_INIT(NULL, 0) .tp_dealloc = … }}, .more = … }`.
  if (table.kind === 'callbacks' && !/^tp_[a-z]+$/.test(slot)) {
    const roles = rolesOfMember(slot, target);
    return { function: target.id, context: 'callback', as: `callback in \`${table.name}\``, roles };
  }
  return slotEntry(slot, `\`${table.name}\``, target);
}

function slotEntry(slot: string, where: string, target: ExtensionFunction): EntryPoint {
  return {
    function: target.id,
    context: SLOT_CONTEXTS[slot] ?? 'python',
    as: `\`${slot}\` in ${where}`,
    roles: SLOT_ROLES[slot] ?? [/^m(?:od)?_/.test(slot) ? 'module' : 'self'],
  };
}

function methodRoles(flags: string): ParameterRole[] {
  const first: ParameterRole[] = /METH_METHOD/.test(flags) ? ['self', 'type'] : ['self'];
  if (/METH_FASTCALL/.test(flags)) return [...first, 'vector', 'shared', 'arguments'];
  if (/METH_VARARGS/.test(flags)) return [...first, 'arguments', 'keywords'];
  return first;
}

/** Functions whose address this one hands to somebody. */
function givenAway(linker: Linker, members: MemberFunctions, fn: ExtensionFunction, found: EntryPoint[]): void {
  for (const given of outlineOf(fn.function.body).givenAway) {
    const { name, callee, field, variable } = given;
    if (handedOn(linker, fn, given).length > 0) continue;
    const target = linker.resolve(fn.unit.file, name);
    if (target === undefined || (field !== null && members.targets.get(field)?.includes(target.id))) continue;
    if (field !== null && SLOT_NAME.test(field)) found.push(slotEntry(field, `\`${fn.function.body.name}\``, target));
    else if (variable !== null && oneAtATime(variable) !== null)
      found.push({
        function: target.id,
        context: 'callback',
        as: `hook \`${variable}\``,
        roles: [],
        keepsOut: oneAtATime(variable)!,
      });
    else if (isModuleExec(fn, target)) found.push(slotEntry('mod_exec', `\`${callee ?? name}\``, target));
    else if (callee !== null && fn.unit.language === 'cpp' && bindsFunctions(callee)) {
      const own = isCalledWithSelfLocked(fn.function.body, name) ? 'private' : 'self';
      const roles: ParameterRole[] = target.function.body.ofClass === undefined && own === 'self' ? [] : [own];
      found.push({ function: target.id, context: 'python', as: `given to Python by \`${callee}\``, roles });
    } else {
      const roles = field === null ? [] : rolesOfMember(field, target);
      found.push({ function: target.id, roles, ...contextOfAddress(given) });
    }
  }
}

/** `return spam_init("spam", methods, spam_exec);`: a helper of the module's initialisation puts it into the slots. */
function isModuleExec(fn: ExtensionFunction, { function: { body } }: ExtensionFunction): boolean {
  return (
    fn.function.body.returnType.base === 'PyMODINIT_FUNC' &&
    body.parameters === 1 &&
    body.returnType.base === 'int' &&
    body.locals[0]?.type.base === 'PyObject'
  );
}

/** `data->free = data_free;`: what gets nothing but the memory that its owner gives up has it alone. */
function rolesOfMember(member: string, { function: { body } }: ExtensionFunction): ParameterRole[] {
  return givesUp(member, body.parameters) && body.locals[0]?.type.pointers === 1 ? ['private'] : [];
}

const AT_EXIT = /^(?:on_exit|atexit|at_quick_exit|Py_AtExit)$/;

const SETS_HANDLER = /^(?:signal|sigset|bsd_signal|PyOS_setsig)$/;

function contextOfAddress({
  callee,
  argument,
  name,
  field,
}: GivenAway): Pick<EntryPoint, 'context' | 'as'> & Partial<Pick<EntryPoint, 'roles'>> {
  if (field === 'sa_handler' || field === 'sa_sigaction' || (callee !== null && SETS_HANDLER.test(callee)))
    return { context: 'signal', as: 'handler of a signal' };
  if (callee !== null && /^PyCapsule_(?:New|SetDestructor)$/.test(callee)) {
    return { context: 'dealloc', as: `capsule destructor \`${name}\``, roles: ['self'] };
  }
  if (callee?.endsWith('SetTraverse') === true) {
    return { context: argument === 1 ? 'traverse' : 'clear', as: `given to \`${callee}\``, roles: ['self'] };
  }
  // When the process ends, one thread calls them one after the other.
  if (callee !== null && AT_EXIT.test(callee)) return { context: 'init', as: `run at exit by \`${callee}\`` };
  if (callee !== null && /once/i.test(callee)) return { context: 'init', as: `run once by \`${callee}\`` };
  // `O&`: the function gets the caller's own variable to fill.
  if (callee !== null && /^_?PyArg_(?:Va)?Parse/.test(callee))
    return { context: 'python', as: `converter given to \`${callee}\``, roles: ['shared', 'private'] };
  if (callee !== null && argument >= 0) return { context: 'callback', as: `callback given to \`${callee}\`` };
  return { context: 'callback', as: 'callback (its address is stored)' };
}
