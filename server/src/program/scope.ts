/** Names of a function body: blocks of locals and function statics, innermost first. */
import type { CType, GlobalVariable, Local, Lock, Span } from './model.ts';

export type Variable =
  | { readonly kind: 'local'; readonly local: number; readonly type: CType; readonly reference: boolean }
  | { readonly kind: 'global'; readonly name: string; readonly type: CType };

/** Something to undo when a block is left: a C++ guard. */
export interface Guard {
  readonly leave: 'release' | 'attach' | 'detach';
  readonly lock: Lock | null;
  readonly by: string;
  /** The guard's variable, so that `guard.unlock()` is understood. */
  readonly name: string;
  /** Whether leaving the block undoes it: not after `guard.unlock()`. */
  held: boolean;
}

interface Block {
  readonly parent: Block | null;
  readonly depth: number;
  names: Map<string, Variable> | null;
  guards: Guard[] | null;
}

export class Scope {
  readonly locals: Local[] = [];
  readonly statics: GlobalVariable[] = [];
  block: Block = { parent: null, depth: 0, names: null, guards: null };

  enter(): void {
    this.block = { parent: this.block, depth: this.block.depth + 1, names: null, guards: null };
  }

  leave(): void {
    this.block = this.block.parent ?? this.block;
  }

  declare(name: string, variable: Variable): void {
    this.block.names ??= new Map();
    this.block.names.set(name, variable);
  }

  local(name: string, type: CType, span: Span, parameter: boolean, reference: boolean): number {
    const local = this.locals.length;
    this.locals.push({ name, type, span, parameter });
    if (name !== '') this.declare(name, { kind: 'local', local, type, reference });
    return local;
  }

  /** Gives a temporary its type once that is known. */
  retype(local: number, type: CType): void {
    this.locals[local] = { ...this.locals[local]!, type };
  }

  /** The type of an `auto` local, found from its initialiser. */
  redeclare(name: string, local: number, type: CType): void {
    this.retype(local, type);
    this.declare(name, { kind: 'local', local, type, reference: false });
  }

  find(name: string): Variable | undefined {
    for (let block: Block | null = this.block; block; block = block.parent) {
      const found = block.names?.get(name);
      if (found) return found;
    }
    return undefined;
  }

  guard(guard: Guard): void {
    this.block.guards ??= [];
    this.block.guards.push(guard);
  }

  /** Guards to undo when control leaves from here to the block at `depth`, innermost first. */
  guardsDownTo(depth: number): Guard[] {
    const guards: Guard[] = [];
    for (let block: Block | null = this.block; block && block.depth > depth; block = block.parent) {
      if (block.guards) guards.push(...block.guards.filter(guard => guard.held).reverse());
    }
    return guards;
  }

  /** Every name that can be seen from here, inner ones hiding outer ones. */
  visible(): ReadonlyMap<string, Variable> {
    const names = new Map<string, Variable>();
    for (let block: Block | null = this.block; block; block = block.parent) {
      for (const [name, variable] of block.names ?? []) if (!names.has(name)) names.set(name, variable);
    }
    return names;
  }

  findGuard(name: string): Guard | null {
    for (let block: Block | null = this.block; block; block = block.parent) {
      const found = block.guards?.find(guard => guard.name === name);
      if (found) return found;
    }
    return null;
  }

  /** Which of the guards around are held now, to be restored after a branch that leaves. */
  heldGuards(): ReadonlyMap<Guard, boolean> | null {
    let held: Map<Guard, boolean> | null = null;
    for (let block: Block | null = this.block; block; block = block.parent) {
      for (const guard of block.guards ?? []) {
        held ??= new Map();
        held.set(guard, guard.held);
      }
    }
    return held;
  }

  restoreGuards(held: ReadonlyMap<Guard, boolean> | null): void {
    for (const [guard, was] of held ?? []) guard.held = was;
  }
}
