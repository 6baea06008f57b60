/**
 * A cursor over a tree of the wasm binding that leaves its state where the runtime reads it. The binding's own copies it there
 * and back around every question, which makes a walk three times as dear.
 */
import type { Tree, TreeCursor } from 'web-tree-sitter';
import type { Cursor } from './flatten.ts';

export interface Runtime {
  readonly module: RuntimeModule;
  /** Address of the words that a cursor's state is handed over in. */
  readonly transferBuffer: number;
}

/** As much of the runtime's module as a cursor needs. All questions are about the cursor in the transfer buffer. */
export interface RuntimeModule {
  /** The runtime's memory; another array after it has grown. */
  readonly HEAP32: Int32Array;
  /** Answers with the address of the transfer buffer. */
  _ts_init(): number;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_current_field_id_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_missing_wasm(tree: number): number;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
}

/** How the binding keeps a cursor's state, and the address of a tree, in its objects. */
type State = [number, number, number, number];
const WORDS = 4;

/** One at a time: while it is in use, nothing else may be asked of the binding. */
export class DirectCursor implements Cursor {
  readonly #runtime: Runtime;
  readonly #module: RuntimeModule;
  readonly #cursor: TreeCursor;
  readonly #tree: number;

  constructor(runtime: Runtime, tree: Tree) {
    this.#runtime = runtime;
    this.#module = runtime.module;
    this.#tree = (tree as unknown as State)[0];
    this.#cursor = tree.walk();
    const state = this.#cursor as unknown as State;
    const at = runtime.transferBuffer >> 2;
    for (let word = 0; word < WORDS; word++) this.#module.HEAP32[at + word] = state[word]!;
  }

  get nodeTypeId(): number {
    return this.#module._ts_tree_cursor_current_node_type_id_wasm(this.#tree);
  }

  get currentFieldId(): number {
    return this.#module._ts_tree_cursor_current_field_id_wasm(this.#tree);
  }

  get startIndex(): number {
    return this.#module._ts_tree_cursor_start_index_wasm(this.#tree);
  }

  get endIndex(): number {
    return this.#module._ts_tree_cursor_end_index_wasm(this.#tree);
  }

  get nodeIsMissing(): boolean {
    return this.#module._ts_tree_cursor_current_node_is_missing_wasm(this.#tree) === 1;
  }

  gotoFirstChild(): boolean {
    return this.#module._ts_tree_cursor_goto_first_child_wasm(this.#tree) === 1;
  }

  gotoNextSibling(): boolean {
    return this.#module._ts_tree_cursor_goto_next_sibling_wasm(this.#tree) === 1;
  }

  gotoParent(): boolean {
    return this.#module._ts_tree_cursor_goto_parent_wasm(this.#tree) === 1;
  }

  /** What it allocated on its way has to be known to the one who frees it. */
  delete(): void {
    const state = this.#cursor as unknown as State;
    const at = this.#runtime.transferBuffer >> 2;
    for (let word = 0; word < WORDS; word++) state[word] = this.#module.HEAP32[at + word]!;
    this.#cursor.delete();
  }
}
