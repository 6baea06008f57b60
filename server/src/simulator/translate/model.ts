/** What is asked of the translation, and what it says about its result. */
import type { CType, FunctionUnit, GlobalVariable } from '../../program/model.ts';
import type { Program, SourceRange } from '../machine/program.ts';
import type { Assumption } from '../playback.ts';
import type { Python } from '../python/python.ts';

/** A function of the extension, with the file that it stands in. */
export interface Code {
  readonly file: string;
  readonly unit: FunctionUnit;
}

/** What names mean. */
export interface Names {
  /** The function that a call in a file means, when the extension has it. */
  function(file: string, name: string): Code | undefined;
  /** Functions that the field of a table can lead to. */
  field(struct: string, name: string): CType | null;
  /** Bit-fields that are stored with the named one. */
  bitFieldsBeside(struct: string, name: string): readonly string[];
  global(file: string, name: string): { readonly key: string; readonly variable: GlobalVariable } | undefined;
  /** The struct starts with `PyObject_HEAD`. */
  isObject(struct: string): boolean;
  isStruct(name: string): boolean;
  /** A number that an enumerator or macro stands for. */
  constant(file: string, name: string): number | null;
  /** Whether a call is nothing but a cast of its argument. */
  isCast(name: string): boolean;
  /** Calls that may run Python code or detach although nothing says so, and the other way round. */
  suspends(file: string, name: string): boolean;
  /** The update writes bits that a test before it has found so already. */
  isIdle(code: Code, step: number): boolean;
  /** What the call gets there is a tuple, whatever way it came. */
  isTuple(code: Code, step: number, argument: number): boolean;
  /** Version of Python that it runs on: `3.14`. */
  readonly target: string;
  /** Functions that the settings call unsafe to be in twice. */
  readonly threadUnsafe: readonly string[];
  /** The file includes such a header. */
  includes(file: string, header: RegExp): boolean;
  text(file: string): string | null;
}

/** One step of a function that a finding speaks of. */
export interface Goal {
  readonly file: string;
  readonly function: string;
  readonly step: number;
}

/** How Python code can get at an object: by what it is, as far as its use here tells. */
export type Exposure =
  | 'list'
  | 'dict'
  | 'set'
  | 'slot'
  | 'tuple'
  | 'weakref'
  | 'bytearray'
  | 'bytes'
  | 'type'
  | 'clear'
  /** A field that is an attribute: `PyMemberDef`. */
  | 'attribute'
  /** Any object: its lock is taken for a moment. */
  | 'lock'
  /** The interpreter as a whole: whoever runs takes some lock of its for a moment. */
  | 'interpreter'
  /** An object whose destructor runs: the collector meets it. */
  | 'collector'
  /** The interpreter: another thread stops the world, and only then does what this one waits for. */
  | 'waker';

export type ThreadPlan =
  | {
      readonly kind: 'call';
      readonly code: Code;
      /** How it is called, for the lane's head. */
      readonly runs: string;
      /** Names of the objects that it gets, one for each parameter; threads that use the same name share the object. */
      readonly objects: readonly string[];
      /** A thread of C code: it starts detached. */
      readonly foreign: boolean;
      /** The parameter whose last reference has just gone: a destructor's. */
      readonly dying?: number;
      /** The collector tracks objects of its type. */
      readonly collected?: boolean;
      /** The last reference to it goes in this very thread: it is destroyed unless somebody took another one before. */
      readonly drops?: boolean;
      /** Objects that this thread knows under each other's names. */
      readonly renames?: Readonly<Record<string, string>>;
      /** What Python code calls that the thread runs while it holds a lock. */
      readonly reenters?: { readonly code: Code; readonly objects: readonly string[] };
    }
  /** Made-up Python code that does to an object what Python code may do at any time. */
  | {
      readonly kind: 'python';
      readonly action: Exposure;
      readonly container: string;
      /** The object whose lock it holds meanwhile: methods of the extension do it, not Python code itself. */
      readonly under?: string;
      /** For `attribute`. */
      readonly field?: string;
    };

/** How fields and variables that are tested before they are filled stand at the start. */
export type Setting =
  | 'filled'
  | 'empty'
  /** Containers are empty, everything else is there. */
  | 'hollow'
  /** Numbers are 2, and objects of one kind share the memory that they point to: users of something counted. */
  | 'plenty';

export interface Plan {
  readonly threads: readonly ThreadPlan[];
  /** Steps that the run must come to, and whose memory the properties are about; empty: everything. */
  readonly goals: readonly Goal[];
  readonly setting: Setting;
  /** Ordinals of undecided conditions that go the other way than preferred. */
  readonly flips: readonly number[];
  /** Memory that the properties are about, besides what the goals touch: see `Translation.focus`. */
  readonly focus?: readonly string[];
  /** The properties are about everything, whatever the goals touch. */
  readonly everything?: boolean;
  /** The steps that are goals belong together: what a call returns must be what it returns when calls follow each other. */
  readonly atomic?: boolean;
  /** Races on one number or pointer count although nothing follows from them: see `lone-races.ts`. */
  readonly loneRaces?: boolean;
  /** Only what the goals need is run: see `Slice`. */
  readonly sliced?: boolean;
  /** Calls may fail: for code that handles failures. */
  readonly failures?: boolean;
  /** How conditions that nothing decides were taken in a run that this one is compared with. */
  readonly decisions?: Readonly<Record<string, boolean>>;
}

/** An object that some thread relies on while Python code can change it. */
export interface Exposed {
  readonly container: string;
  readonly action: Exposure;
  /** The object that has the container in a field, when its lock is held. */
  readonly under?: string;
  /** Used at one of the goals. */
  readonly atGoal: boolean;
}

export interface Translation {
  readonly program: Program;
  readonly python: Python;
  /** Files, in the order of `SourceRange.source`. */
  readonly files: readonly string[];
  /** By file: the line that the listing begins with. */
  readonly firstLines: readonly number[];
  readonly assumptions: readonly Assumption[];
  readonly omitted: readonly Assumption[];
  readonly exposed: readonly Exposed[];
  /** Conditions that were decided by choice, in order: `flips` can turn them. */
  readonly choices: Readonly<Record<string, boolean>>;
  /** Objects that the memory of the goals leads to at the start. */
  readonly pointees: readonly string[];
  /** The goals touch data, not only locks and thread states. */
  readonly aboutData: boolean;
  /** Where the goals stand in the listing. */
  readonly goals: readonly SourceRange[];
  /** Cells and fields that the goals touch. */
  readonly focus: readonly string[];
  /** Python code keeps an object whose destructor runs. */
  readonly resurrects: boolean;
  /** Cells with races from which nothing follows: see `lone-races.ts`. */
  readonly lone: readonly string[];
  /** Some thread comes to the first goal. */
  readonly reached: boolean;
  /** Fields and variables whose start makes a difference between `filled` and `empty`. */
  readonly settings: boolean;
  readonly shared: readonly string[];
}

/** Thrown and caught in here: the code can't be translated, for this reason. */
export class Untranslatable extends Error {}

/** It would fit if less were run. */
export class TooLarge extends Untranslatable {}
