/** Reading flat syntax trees: one `Source` is a tree with the text that its offsets index. */
import type { FlatTree, MacroUse, PlacedItem } from '../syntax/model.ts';
import type { Span } from './model.ts';

const NAMED = 1;
const ERROR = 2;
const MISSING = 4;
const HAS_ERROR = 8;

const NO_USES: ReadonlyMap<number, MacroUse> = new Map();

export class Source {
  readonly tree: FlatTree;
  readonly text: string;
  /** The item as the user wrote it, where the lens changed it. Same length as `text`. */
  readonly original: string;
  readonly #uses: ReadonlyMap<number, MacroUse>;
  readonly #threadLocal: readonly MacroUse[];

  /** `uses`: macros that the lens rewrote, by offset in the item. */
  constructor(item: Pick<PlacedItem, 'tree' | 'text' | 'original'>, uses = NO_USES) {
    this.tree = item.tree;
    this.text = item.text;
    this.original = item.original;
    this.#uses = uses;
    this.#threadLocal = uses.size === 0 ? [] : [...uses.values()].filter(use => use.threadLocal === true);
  }

  /** The macro that the lens rewrote where this node begins. */
  use(node: number): MacroUse | undefined {
    return this.#uses.size === 0 ? undefined : this.#uses.get(this.tree.startOffset[node]!);
  }

  /** Macros that the lens rewrote inside of this node. */
  usesIn(node: number): MacroUse[] {
    const start = this.tree.startOffset[node]!;
    const end = this.tree.endOffset[node]!;
    return [...this.#uses.values()].filter(use => use.span.start >= start && use.span.end <= end);
  }

  /**
   * A macro among the specifiers of a declaration gives each thread a variable of its own. The lens blanks such macros, so that
   * one that comes first stands before the node.
   */
  saysThreadLocal(node: number, until: number): boolean {
    if (this.#threadLocal.length === 0) return false;
    const start = this.tree.startOffset[node]!;
    return this.#threadLocal.some(
      ({ span }) =>
        span.end <= until && (span.start >= start || this.text.slice(Math.max(span.start, 0), start).trim() === ''),
    );
  }

  /** What the user wrote there. */
  written(span: Span): string {
    return this.original.slice(span.start, span.end);
  }

  kind(node: number): string {
    return this.tree.kinds[this.tree.kind[node]!]!;
  }

  fieldName(node: number): string {
    return this.tree.fields[this.tree.field[node]!] ?? '';
  }

  start(node: number): number {
    return this.tree.startOffset[node]!;
  }

  end(node: number): number {
    return this.tree.endOffset[node]!;
  }

  textOf(node: number): string {
    return this.text.slice(this.tree.startOffset[node], this.tree.endOffset[node]);
  }

  /** What the user wrote where the node stands. */
  originalOf(node: number): string {
    return this.original.slice(this.tree.startOffset[node], this.tree.endOffset[node]);
  }

  parent(node: number): number {
    return this.tree.parent[node]!;
  }

  parentKind(node: number): string {
    const parent = this.tree.parent[node]!;
    return parent < 0 ? '' : this.kind(parent);
  }

  first(node: number): number {
    return this.tree.firstChild[node]!;
  }

  next(node: number): number {
    return this.tree.nextSibling[node]!;
  }

  isNamed(node: number): boolean {
    return (this.tree.flags[node]! & NAMED) !== 0;
  }

  isError(node: number): boolean {
    return (this.tree.flags[node]! & ERROR) !== 0;
  }

  isMissing(node: number): boolean {
    return (this.tree.flags[node]! & MISSING) !== 0;
  }

  hasError(node: number): boolean {
    return (this.tree.flags[node]! & (HAS_ERROR | ERROR)) !== 0;
  }

  /** The first child in that field, or -1. */
  child(node: number, field: string): number {
    const { tree } = this;
    for (let child = tree.firstChild[node]!; child >= 0; child = tree.nextSibling[child]!) {
      if (tree.fields[tree.field[child]!] === field) return child;
    }
    return -1;
  }

  /** The first child of that kind, or -1. */
  childOfKind(node: number, kind: string): number {
    const { tree } = this;
    for (let child = tree.firstChild[node]!; child >= 0; child = tree.nextSibling[child]!) {
      if (tree.kinds[tree.kind[child]!] === kind) return child;
    }
    return -1;
  }

  /** Named children without comments and errors. */
  named(node: number): number[] {
    const children: number[] = [];
    const { tree } = this;
    for (let child = tree.firstChild[node]!; child >= 0; child = tree.nextSibling[child]!) {
      if ((tree.flags[child]! & (NAMED | ERROR)) === NAMED && tree.kinds[tree.kind[child]!] !== 'comment')
        children.push(child);
    }
    return children;
  }

  firstNamed(node: number): number {
    const { tree } = this;
    for (let child = tree.firstChild[node]!; child >= 0; child = tree.nextSibling[child]!) {
      if ((tree.flags[child]! & (NAMED | ERROR)) === NAMED && tree.kinds[tree.kind[child]!] !== 'comment') return child;
    }
    return -1;
  }

  /** Steps over parentheses, however many there are. */
  unwrap(node: number): number {
    let inner = node;
    while (this.kind(inner) === 'parenthesized_expression') {
      const child = this.firstNamed(inner);
      if (child < 0) return inner;
      inner = child;
    }
    return inner;
  }

  /** All nodes of the subtree in document order; `enter` returns false to skip a node's children. Iterative. */
  walk(root: number, enter: (node: number) => boolean): void {
    const { tree } = this;
    let node = root;
    for (;;) {
      const child = enter(node) ? tree.firstChild[node]! : -1;
      if (child >= 0) {
        node = child;
        continue;
      }
      while (node !== root && tree.nextSibling[node]! < 0) node = tree.parent[node]!;
      if (node === root) return;
      node = tree.nextSibling[node]!;
    }
  }

  /** Outermost ERROR nodes of the subtree. */
  errors(root: number): Span[] {
    const spans: Span[] = [];
    if (!this.hasError(root)) return spans;
    this.walk(root, node => {
      if (this.isError(node)) {
        spans.push({ start: this.start(node), end: this.end(node) });
        return false;
      }
      return this.hasError(node);
    });
    return spans;
  }
}

/**
 * Handlers by kind of node. The table by name is turned into an array by the grammar's kind numbers, once for each grammar, so
 * that a dispatch costs one index.
 */
export class Dispatch<T> {
  readonly #byName: Readonly<Record<string, T>>;
  readonly #otherwise: T;
  readonly #tables = new WeakMap<readonly string[], readonly T[]>();
  #kinds: readonly string[] = [];
  #table: readonly T[] = [];

  constructor(byName: Readonly<Record<string, T>>, otherwise: T) {
    this.#byName = byName;
    this.#otherwise = otherwise;
  }

  of(tree: FlatTree, node: number): T {
    if (tree.kinds !== this.#kinds) this.#change(tree.kinds);
    return this.#table[tree.kind[node]!]!;
  }

  #change(kinds: readonly string[]): void {
    let table = this.#tables.get(kinds);
    if (!table) {
      table = kinds.map(kind => (Object.hasOwn(this.#byName, kind) ? this.#byName[kind]! : this.#otherwise));
      this.#tables.set(kinds, table);
    }
    this.#kinds = kinds;
    this.#table = table;
  }
}
