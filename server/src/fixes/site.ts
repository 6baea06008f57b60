/** Where a fix works: one function as Program, as tree and as text, with everything in absolute offsets. */
import type { Extension } from '../analysis/extension.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { FunctionBody, GlobalVariable, Span } from '../program/model.ts';
import { Source } from '../program/node.ts';
import type { Finding } from '../rules/finding.ts';
import type { PlacedItem, SyntaxFile } from '../syntax/model.ts';
import { CannotFix, type FixRequest, type FixSettings } from './model.ts';

export class FixSite {
  readonly request: FixRequest;
  /** The file that the function stands in. */
  readonly syntax: SyntaxFile;
  readonly view: FunctionView;
  readonly source: Source;
  /** The function's `{ … }`. */
  readonly block: number;
  readonly #base: number;
  #names: ReadonlySet<string> | null = null;

  private constructor(
    request: FixRequest,
    syntax: SyntaxFile,
    view: FunctionView,
    item: PlacedItem,
    source: Source,
    block: number,
  ) {
    this.request = request;
    this.syntax = syntax;
    this.view = view;
    this.source = source;
    this.block = block;
    this.#base = item.start;
  }

  /** Null when the function does not stand in the text as such: a macro makes it, or it could not be read. */
  static of(request: FixRequest): FixSite | null {
    const { finding, extension } = request;
    const view = extension.functions.find(one => {
      if (one.unit.file !== finding.file || one.name !== finding.site.function) return false;
      const { start, body } = one.function.function;
      return start <= finding.span.start && finding.span.start <= start + body.length;
    });
    return view === undefined ? null : FixSite.ofView(request, view);
  }

  /** Another function of the extension. */
  static ofView(request: FixRequest, view: FunctionView): FixSite | null {
    if (view.body.unread.length > 0) return null;
    const syntax = request.syntaxOf(view.unit.file);
    if (syntax === undefined) return null;
    const { start, body } = view.function.function;
    const item = syntax.items.find(one => one.start <= start && start < one.start + one.text.length);
    if (item === undefined) return null;
    const source = new Source(item, item.uses);
    const open = start + body.block.start - item.start;
    let block = -1;
    source.walk(0, node => {
      if (source.start(node) === open && source.kind(node) === 'compound_statement') block = node;
      return block < 0 && source.start(node) <= open && source.end(node) > open;
    });
    return block < 0 ? null : new FixSite(request, syntax, view, item, source, block);
  }

  get extension(): Extension {
    return this.request.extension;
  }

  get finding(): Finding {
    return this.request.finding;
  }

  get settings(): FixSettings {
    return this.request.settings;
  }

  get body(): FunctionBody {
    return this.view.body;
  }

  /** The whole file as the user wrote it. */
  get text(): string {
    return this.syntax.lens.original;
  }

  get isCpp(): boolean {
    return this.syntax.language === 'cpp';
  }

  spanOf(node: number): Span {
    return { start: this.source.start(node) + this.#base, end: this.source.end(node) + this.#base };
  }

  startOf(node: number): number {
    return this.source.start(node) + this.#base;
  }

  endOf(node: number): number {
    return this.source.end(node) + this.#base;
  }

  written(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  writtenOf(node: number): string {
    return this.written(this.spanOf(node));
  }

  /** The smallest node that covers the span. */
  nodeAt(span: Span): number {
    let found = this.block;
    this.source.walk(this.block, node => {
      const inside = this.startOf(node) <= span.start && span.end <= this.endOf(node);
      if (inside) found = node;
      return inside;
    });
    return found;
  }

  nodeOfStep(step: number): number {
    return this.nodeAt(this.view.spanOf(step));
  }

  /** The innermost call that has the step; -1 without one. */
  callOfStep(step: number): number {
    for (const node of this.ancestors(this.nodeOfStep(step)))
      if (this.source.kind(node) === 'call_expression') return node;
    return -1;
  }

  /** The statement that has the node, as a member of a block's list: what lines can be put before and after. */
  memberOf(node: number): number {
    let at = node;
    for (;;) {
      const parent = this.source.parent(at);
      if (at === this.block || parent < 0) throw new CannotFix('The place is not in a statement of its own.');
      if (this.isList(parent)) return at;
      at = parent;
    }
  }

  isList(node: number): boolean {
    return this.source.kind(node) === 'compound_statement';
  }

  /** What the node is part of holds several statements: a block, or what stands behind a `case`. */
  isInSequence(node: number): boolean {
    const parent = this.source.parent(node);
    return this.isList(parent) || this.source.kind(parent) === 'case_statement';
  }

  /** Statements and declarations of a block, without comments. */
  members(block: number): number[] {
    return this.source.named(block);
  }

  /** Ancestors from the node itself up to the function's block. */
  *ancestors(node: number): Iterable<number> {
    for (let at = node; at >= 0; at = this.source.parent(at)) {
      yield at;
      if (at === this.block) return;
    }
  }

  /** Nodes of some kinds below a node, in document order. */
  nodes(root: number, ...kinds: readonly string[]): number[] {
    const out: number[] = [];
    this.source.walk(root, node => {
      if (kinds.includes(this.source.kind(node))) out.push(node);
      return true;
    });
    return out;
  }

  /** Places where a name is used as a variable. */
  mentions(root: number, name: string): number[] {
    return this.nodes(root, 'identifier').filter(node => this.source.textOf(node) === name);
  }

  /** The list in which the variable that a name means at the node is declared; the function's block for parameters. */
  scopeOf(node: number, name: string): number {
    const declares = new RegExp(`\\b${name}\\s*(?:[=,;[]|$)`);
    for (const block of this.ancestors(node)) {
      if (!this.isList(block)) continue;
      const declared = this.members(block).some(
        member =>
          this.source.kind(member) === 'declaration' &&
          this.startOf(member) <= this.startOf(node) &&
          declares.test(this.source.textOf(member)),
      );
      if (declared) return block;
    }
    return this.block;
  }

  /** Steps whose code lies in the span. */
  stepsIn(span: Span): number[] {
    return this.body.steps.flatMap((_, step) => {
      const at = this.view.spanOf(step);
      return span.start <= at.start && at.end <= span.end && at.end > at.start ? [step] : [];
    });
  }

  /** The variable stands in this file, not in a header. */
  unitDeclares(variable: GlobalVariable): boolean {
    return this.view.unit.globals.some(one => one.name === variable.name && one.span.start === variable.span.start);
  }

  /** The first of the names that nothing in the function is called yet. */
  freshName(...candidates: readonly string[]): string {
    this.#names ??= new Set(
      this.nodes(this.block, 'identifier', 'statement_identifier').map(node => this.source.textOf(node)),
    );
    const parameters = this.body.locals.map(local => local.name);
    const taken = (name: string): boolean => this.#names?.has(name) === true || parameters.includes(name);
    const free = candidates.find(name => !taken(name));
    if (free !== undefined) return free;
    const base = candidates.at(-1) ?? 'value';
    for (let n = 2; ; n++) if (!taken(`${base}${n}`)) return `${base}${n}`;
  }

  /** The return type as the function's head has it, ready for a name: `PyObject *`, `struct tm *`, `int `. */
  get returnType(): string {
    const type = this.source.child(this.source.parent(this.block), 'type');
    const { base, pointers } = this.body.returnType;
    if (type < 0 || base === '?') throw new CannotFix('The type that the function returns could not be read.');
    return `${this.writtenOf(type)} ${'*'.repeat(pointers)}`;
  }

  get returnsNothing(): boolean {
    const { base, pointers } = this.body.returnType;
    return base === 'void' && pointers === 0;
  }
}
