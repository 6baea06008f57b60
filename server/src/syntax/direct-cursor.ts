/**
 * A cursor over a tree of the wasm binding that leaves its state where the runtime reads it. The binding's own copies it there
 * and back around every question, which makes a walk three times as dear, and begins with objects that have to be registered.
 */
import type { Tree } from 'web-tree-sitter';
import type { Cursor } from './flatten.ts';

/**
 * The runtime's own functions. All of them are given the tree's address, and are about the node or the cursor in the transfer buffer,
 * the words of memory that such things are handed over in.
 */
export interface Runtime {
  /** Puts the tree's first node there. */
  readonly rootNode: Question;
  /** Puts a cursor in the place of the node. */
  readonly begin: Question;
  /** Frees what the cursor allocated on its way. */
  readonly end: Question;
  readonly nodeTypeId: Question;
  readonly fieldId: Question;
  readonly startIndex: Question;
  readonly endIndex: Question;
  readonly isMissing: Question;
  readonly gotoFirstChild: Question;
  readonly gotoNextSibling: Question;
  readonly gotoParent: Question;
}

type Question = (tree: number) => number;

/**
 * `module`: what the runtime was started with, and has put its functions into. Null when it has not: somebody else
 * started it before.
 */
export function runtimeOf(module: object): Runtime | null {
  if (!('_ts_tree_cursor_new_wasm' in module)) return null;
  const question = (name: string): Question => (module as Readonly<Record<string, Question>>)[`_ts_${name}`]!;
  const cursor = (name: string): Question => question(`tree_cursor_${name}_wasm`);
  return {
    rootNode: question('tree_root_node_wasm'),
    begin: cursor('new'),
    end: cursor('delete'),
    nodeTypeId: cursor('current_node_type_id'),
    fieldId: cursor('current_field_id'),
    startIndex: cursor('start_index'),
    endIndex: cursor('end_index'),
    isMissing: cursor('current_node_is_missing'),
    gotoFirstChild: cursor('goto_first_child'),
    gotoNextSibling: cursor('goto_next_sibling'),
    gotoParent: cursor('goto_parent'),
  };
}

/** One at a time: while it is in use, nothing else may be asked of the binding. */
export class DirectCursor implements Cursor {
  readonly #runtime: Runtime;
  readonly #tree: number;

  constructor(runtime: Runtime, tree: Tree) {
    this.#runtime = runtime;
    // Where the binding keeps a tree's address.
    this.#tree = (tree as unknown as readonly [number])[0];
    runtime.rootNode(this.#tree);
    runtime.begin(this.#tree);
  }

  get nodeTypeId(): number {
    return this.#runtime.nodeTypeId(this.#tree);
  }

  get currentFieldId(): number {
    return this.#runtime.fieldId(this.#tree);
  }

  get startIndex(): number {
    return this.#runtime.startIndex(this.#tree);
  }

  get endIndex(): number {
    return this.#runtime.endIndex(this.#tree);
  }

  get nodeIsMissing(): boolean {
    return this.#runtime.isMissing(this.#tree) === 1;
  }

  gotoFirstChild(): boolean {
    return this.#runtime.gotoFirstChild(this.#tree) === 1;
  }

  gotoNextSibling(): boolean {
    return this.#runtime.gotoNextSibling(this.#tree) === 1;
  }

  gotoParent(): boolean {
    return this.#runtime.gotoParent(this.#tree) === 1;
  }

  delete(): void {
    this.#runtime.end(this.#tree);
  }
}
