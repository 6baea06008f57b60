/**
 * The state of lowering one function: where we read (`frame`), what names mean (`scope`, `env`), what was made (`graph`).
 * Expressions, statements and macros are separate files that work on this; `handlers` ties them together without cycles.
 */
import type { Environment } from './environment.ts';
import { type Exits, Graph } from './graph.ts';
import type { CType, FunctionBody, Lock, MacroDefinition, Op, Place, Span, Table, Value } from './model.ts';
import type { Source } from './node.ts';
import { Scope } from './scope.ts';
import { namedType, readTypeDescriptor, UNKNOWN_TYPE } from './types.ts';

/** Nesting beyond this is not read (a step says so): keeps hostile text from exhausting the stack. */
export const MAX_DEPTH = 400;

/** An argument of a macro being expanded: to be read in the frame of the macro's user. More than one for `__VA_ARGS__`. */
export interface Bound {
  readonly frame: Frame;
  readonly nodes: readonly number[];
}

/** Where lowering reads: the function's own text, or the body of a macro (`pin`: the macro call that stands for all of it). */
export interface Frame {
  readonly source: Source;
  /** Offset of the function in `source`; spans are relative to it. */
  readonly base: number;
  readonly pin: Span | null;
  /** The macro that the user wrote, however deep we are inside of it. */
  readonly macro: string | null;
  /** The macro whose body this is. */
  readonly name: string | null;
  readonly outer: Frame | null;
  readonly bound: ReadonlyMap<string, Bound> | null;
  readonly depth: number;
}

export interface Handlers {
  value(lowering: Lowering, node: number): Value;
  place(lowering: Lowering, node: number): Place;
  condition(lowering: Lowering, node: number): Branches;
  statement(lowering: Lowering, node: number): void;
  lambda(lowering: Lowering, node: number): Value;
}

/** A function found inside of another one, with the offset from that one's start. */
export interface NestedBody {
  readonly offset: number;
  readonly body: FunctionBody;
}

/** Edges out of a condition. */
export interface Branches {
  readonly yes: Exits;
  readonly no: Exits;
}

/** Targets of `break`, `continue` and `case` in the innermost loop or switch. */
export interface Breakable {
  readonly depth: number;
  readonly breaks: number[];
  /** Null in a switch: `continue` belongs to the loop around it. */
  readonly continues: number[] | null;
  readonly cases: { values: (Value | null)[]; targets: number[] } | null;
}

export interface Label {
  /** -1 until the label was met. */
  step: number;
  readonly waiting: Exits[];
}

export class Lowering {
  readonly env: Environment;
  readonly graph = new Graph();
  readonly scope = new Scope();
  readonly functionName: string;
  readonly ofClass: string | null;
  /** Where the function stands in its file: macros may be redefined on the way. */
  readonly origin: number;
  readonly labels = new Map<string, Label>();
  readonly breakables: Breakable[] = [];
  /** C++ `try` blocks around, innermost last. */
  readonly handlers: { readonly depth: number; readonly thrown: number[] }[] = [];
  /** Blocks at which labels stand, for the guards that a `goto` leaves. */
  readonly labelDepths = new Map<string, number>();
  /** Depth of the block around the body: returning leaves everything above. */
  bodyDepth = 0;
  /** Locks taken by macros that hide a brace, innermost last: their end names no operand. */
  readonly sections: Lock[] = [];
  /** Locks taken by functions that are given a section (`PyCriticalSection_Begin(&cs, x)`), by the section. */
  readonly sectionLocks = new Map<string, Lock>();
  readonly assertsLocked: Value[] = [];
  readonly assertsTuples = new Set<number>();
  readonly unread: Span[] = [];
  /** C++ lambdas, in the order of their text. */
  readonly nested: NestedBody[] = [];
  readonly tables: Table[] = [];
  frame: Frame;
  statementSpan: Span = { start: 0, end: 0 };
  /** The macro whose effect is being written out. */
  macro: string | null = null;
  /** Type of what `value` or `place` returned last. */
  type: CType = UNKNOWN_TYPE;
  depth = 0;
  /** Macros in statement position that nobody explained. */
  readonly unknownMacros = new Set<string>();
  /** Macros expanded so far. */
  expansions = 0;
  readonly #lower: Handlers;

  constructor(
    env: Environment,
    frame: Frame,
    origin: number,
    functionName: string,
    ofClass: string | null,
    lower: Handlers,
  ) {
    this.origin = origin;
    this.env = env;
    this.frame = frame;
    this.functionName = functionName;
    this.ofClass = ofClass;
    this.#lower = lower;
  }

  value(node: number): Value {
    if (node < 0) {
      this.type = UNKNOWN_TYPE;
      return UNKNOWN;
    }
    if (this.depth >= MAX_DEPTH) return this.tooDeep(node);
    this.depth++;
    const value = this.#lower.value(this, node);
    this.depth--;
    return value;
  }

  place(node: number): Place {
    if (node < 0) return UNKNOWN_PLACE;
    if (this.depth >= MAX_DEPTH) {
      this.tooDeep(node);
      return UNKNOWN_PLACE;
    }
    this.depth++;
    const place = this.#lower.place(this, node);
    this.depth--;
    return place;
  }

  condition(node: number): Branches {
    if (node < 0 || this.depth >= MAX_DEPTH) {
      if (node >= 0) this.tooDeep(node);
      const step = this.graph.emit(
        { kind: 'branch', condition: UNKNOWN },
        this.statementSpan,
        this.statementSpan,
        null,
      );
      this.graph.cut();
      return { yes: this.graph.exit(step, 0), no: this.graph.exit(step, 1) };
    }
    this.depth++;
    const branches = this.#lower.condition(this, node);
    this.depth--;
    return branches;
  }

  statement(node: number): void {
    if (node < 0) return;
    if (this.depth >= MAX_DEPTH) {
      this.tooDeep(node);
      return;
    }
    this.depth++;
    this.#lower.statement(this, node);
    this.depth--;
  }

  /** A constant expression (case label): evaluated without leaving steps behind. */
  constant(node: number): Value {
    if (node < 0) return UNKNOWN;
    const { source } = this.frame;
    const kind = source.kind(node);
    if (kind === 'number_literal' || kind === 'char_literal' || kind === 'unary_expression') return this.value(node);
    const text = source.textOf(node);
    const bound = this.frame.bound?.get(text);
    if (bound) return this.within(bound.frame, () => this.constant(bound.nodes[0] ?? -1));
    return { kind: 'symbol', name: text };
  }

  /** The type that a node names: a type descriptor, a type name, or a name that only looks like an expression. */
  readType(node: number): CType {
    if (node < 0) return UNKNOWN_TYPE;
    const { source } = this.frame;
    if (source.kind(node) === 'type_descriptor') return this.substituted(readTypeDescriptor(source, node));
    const text = writtenType(source, node).replace(/^(?:struct|union|const)\s+/, '');
    const pointers = text.split('*').length - 1;
    return this.substituted(namedType(text.replaceAll('*', '').trim(), pointers));
  }

  /** A type whose name is a parameter of the macro being expanded, with the argument in its place. */
  substituted(type: CType): CType {
    const bound = this.frame.bound?.get(type.base);
    if (!bound) return this.env.typeIn(type, this.functionName);
    const actual = this.within(bound.frame, () => this.readType(bound.nodes[0] ?? -1));
    return { ...type, base: actual.base, pointers: type.pointers + actual.pointers };
  }

  /** What an argument was written as, through macros within macros. */
  boundText({ frame, nodes }: Bound): string {
    return this.within(frame, () => nodes.map(node => this.actualName(frame.source.textOf(node))).join(', '));
  }

  /** The name that a macro's parameter stands for, or the name itself. */
  actualName(name: string): string {
    let { frame } = this;
    let current = name;
    for (;;) {
      const bound = frame.bound?.get(current);
      const node = bound?.nodes[0];
      if (!bound || node === undefined) return current;
      current = bound.frame.source.textOf(node);
      frame = bound.frame;
    }
  }

  labelDepth(name: string): number {
    return this.labelDepths.get(name) ?? this.bodyDepth + 1;
  }

  lambda(node: number): Value {
    if (this.depth >= MAX_DEPTH) return this.tooDeep(node);
    return this.#lower.lambda(this, node);
  }

  /** Steps of `make` are part of that macro, when it isn't the effect's own name and no macro around was written. */
  asMacro<T>(name: string, make: () => T): T {
    const { macro } = this;
    if (macro === null && this.env.macro(name)) this.macro = name;
    const result = make();
    this.macro = macro;
    return result;
  }

  /** The macro of that name, as it is defined where the node stands. */
  macroNamed(name: string, node: number): MacroDefinition | undefined {
    return this.env.macro(name, this.origin + this.span(node).start);
  }

  tooDeep(node: number): Value {
    this.emitUnread(node);
    this.type = UNKNOWN_TYPE;
    return UNKNOWN;
  }

  emitUnread(node: number): void {
    const span = this.span(node);
    this.unread.push(span);
    this.emit({ kind: 'unread' }, node);
  }

  /** Span relative to the function; inside a macro's body, of the macro call. */
  span(node: number): Span {
    const { frame } = this;
    if (frame.pin) return frame.pin;
    const { tree } = frame.source;
    return { start: tree.startOffset[node]! - frame.base, end: tree.endOffset[node]! - frame.base };
  }

  emit(op: Op, node: number): number {
    return this.graph.emit(op, this.span(node), this.statementSpan, this.macro);
  }

  /** Emits a step whose result can be used as a value. */
  result(op: Op, node: number): Value {
    return { kind: 'result', step: this.emit(op, node) };
  }

  /** A local without a name, for values that more than one path makes. */
  temporary(type: CType, node: number): Place & { kind: 'local' } {
    return { kind: 'local', local: this.scope.local('', type, this.span(node), false, false) };
  }

  /** Runs `read` with another frame (a macro's body, or back in the text of its argument). */
  within<T>(frame: Frame, read: () => T): T {
    const before = this.frame;
    const { macro } = this;
    this.frame = frame;
    this.macro = frame.macro;
    const result = read();
    this.frame = before;
    this.macro = macro;
    return result;
  }
}

/** The lens writes a name over arguments that are types (`va_arg(ap, T *)`); what stood there is kept beside the text. */
function writtenType(source: Source, node: number): string {
  const list = source.parent(node);
  const call = list < 0 ? -1 : source.parent(list);
  const span = call < 0 ? undefined : source.use(call)?.args.find(({ start }) => start === source.start(node));
  return span ? source.written(span) : source.textOf(node);
}

export const UNKNOWN: Value = { kind: 'unknown' };
export const UNKNOWN_PLACE: Place = { kind: 'unknown' };
export const NULL_VALUE: Value = { kind: 'null' };
