/**
 * A cursor over a tree of the wasm binding that leaves its state where the runtime reads it. The binding's own copies it there
 * and back around every question, which makes a walk three times as dear.
 */
import type { Tree, TreeCursor } from 'web-tree-sitter';
import type { Cursor } from './flatten.ts';

/** The runtime's own functions. All of them are about the cursor in the transfer buffer; they are given the tree's address. */
export interface Runtime {
  /** Its memory; another array after it has grown. */
  memory(): Int32Array;
  /** Address of the words that a cursor's state is handed over in. */
  readonly transferBuffer: number;
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
 * `module`: what the runtime was started with, and has put its functions and its memory into. Null when it has not: somebody else
 * started it before.
 */
export function runtimeOf(module: object): Runtime | null {
  if (!('HEAP32' in module)) return null;
  const question = (name: string): Question => (module as Readonly<Record<string, Question>>)[`_ts_${name}`]!;
  const cursor = (name: string): Question => question(`tree_cursor_${name}_wasm`);
  return {
    memory: () => (module as { readonly HEAP32: Int32Array }).HEAP32,
    transferBuffer: question('init')(0),
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

/** How the binding keeps a cursor's state, and the address of a tree, in its objects. */
type State = [number, number, number, number];
const WORDS = 4;

/** One at a time: while it is in use, nothing else may be asked of the binding. */
export class DirectCursor implements Cursor {
  readonly #runtime: Runtime;
  readonly #cursor: TreeCursor;
  readonly #tree: number;

  constructor(runtime: Runtime, tree: Tree) {
    this.#runtime = runtime;
    this.#tree = (tree as unknown as State)[0];
    this.#cursor = tree.walk();
    const state = this.#cursor as unknown as State;
    const at = runtime.transferBuffer >> 2;
    const memory = runtime.memory();
    for (let word = 0; word < WORDS; word++) memory[at + word] = state[word]!;
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

  /** What it allocated on its way has to be known to the one who frees it. */
  delete(): void {
    const state = this.#cursor as unknown as State;
    const at = this.#runtime.transferBuffer >> 2;
    const memory = this.#runtime.memory();
    for (let word = 0; word < WORDS; word++) state[word] = memory[at + word]!;
    this.#cursor.delete();
  }
}
