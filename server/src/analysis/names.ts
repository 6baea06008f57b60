/** One name for one object: see `paths.ts` for what names look like. */
import type { FunctionBody, Place, Value } from '../program/model.ts';
import { BOUNDS } from './bounds.ts';
import { type Definition, definitionsOf } from './definitions.ts';
import { Memo } from './lately.ts';
import type { CalleeMeaning } from './meaning.ts';
import { fieldOf, type Path, substitute } from './paths.ts';
import { type CallOp, heldBy, resultOf } from './results.ts';

/** Names of the leading member that makes a struct an extension of another: the address of it is the object itself. */
export const BASE_MEMBER = /^(?:ob_base|base|super|_base|parent_type)$/;

interface Known {
  readonly stored: Map<Definition, Path | null>;
  readonly paths: Map<Value, { readonly step: number; readonly path: Path }>;
}

function newKnown(): Known {
  return { stored: new Map(), paths: new Map() };
}

export class ObjectNames {
  readonly #body: FunctionBody;
  readonly #callee: (step: number) => CalleeMeaning | null;
  readonly #known = new Memo(newKnown);

  constructor(body: FunctionBody, callee: (step: number) => CalleeMeaning | null) {
    this.#body = body;
    this.#callee = callee;
  }

  /** One name for the object that the value is when the step runs. */
  path(value: Value, step: number): Path {
    const { paths } = this.#known.value;
    const known = paths.get(value);
    if (known !== undefined && known.step === step) return known.path;
    const path = this.#path(value, step, BOUNDS.depth);
    paths.set(value, { step, path });
    return path;
  }

  #path(value: Value, step: number, depth: number): Path {
    if (depth === 0) return `?${step}`;
    switch (value.kind) {
      case 'local':
        return this.#localPath(value.local, step, depth);
      case 'result': {
        const op = this.#body.steps[value.step]?.op;
        if (op?.kind === 'load') return this.#placePath(op.place, value.step, depth - 1);
        return op?.kind === 'call' ? this.#callPath(value.step, op, depth) : `?${value.step}`;
      }
      case 'address':
        return this.#addressPath(value.place, step, depth - 1);
      case 'symbol':
        return `y:${value.name}`;
      case 'operation': {
        const [first] = value.operands;
        return first !== undefined && value.operator === '+'
          ? fieldOf(this.#path(first, step, depth - 1), '[]')
          : `?${step}`;
      }
      default:
        return `?${step}`;
    }
  }

  #localPath(local: number, step: number, depth: number): Path {
    const definitions = definitionsOf(this.#body).at(step, local);
    const sources = new Set(
      definitions.map(definition => {
        if (definition.kind === 'entry') return this.#body.locals[local]?.parameter === true ? `p${local}` : null;
        if (definition.kind === 'out') return `o${definition.step}.${definition.argument}`;
        return this.#storedPath(definition, depth);
      }),
    );
    sources.delete(null);
    const [only] = sources;
    if (sources.size === 1 && only !== undefined && only !== null && !only.startsWith('?')) return only;
    return `l${local}@${definitions
      .map(definition => definition.step)
      .sort((a, b) => a - b)
      .join(',')}`;
  }

  /** Path of the value that an assignment stored; null for NULL, `?` when it goes round in a loop. */
  #storedPath(definition: Definition, depth: number): Path | null {
    const { stored } = this.#known.value;
    const known = stored.get(definition);
    if (known !== undefined) return known;
    stored.set(definition, '?');
    const op = this.#body.steps[definition.step]?.op;
    const path =
      op?.kind !== 'store' ? '?' : op.value.kind === 'null' ? null : this.#path(op.value, definition.step, depth - 1);
    stored.set(definition, path);
    return path;
  }

  #callPath(step: number, op: CallOp, depth: number): Path {
    const holder = heldBy(op);
    if (holder !== null) return this.#localPath(holder, step, depth - 1);
    const meaning = resultOf(op, this.#callee(step));
    if (meaning.kind === 'module-state') return 'state';
    if (meaning.kind === 'argument') {
      const argument = op.args[meaning.index];
      return argument === undefined ? `c${step}` : this.#path(argument, step, depth - 1);
    }
    if (meaning.kind === 'path') {
      const args = op.args.map(argument => this.#path(argument, step, depth - 1));
      return substitute(meaning.path, args) ?? `c${step}`;
    }
    return `c${step}`;
  }

  #placePath(place: Place, step: number, depth: number): Path {
    if (depth <= 0) return `?${step}`;
    if (place.kind === 'local') return this.#localPath(place.local, step, depth);
    if (place.kind === 'global') return `g:${place.name}`;
    if (place.kind === 'field') return fieldOf(this.#path(place.base, step, depth), place.field);
    if (place.kind === 'element') return fieldOf(this.#path(place.base, step, depth), '[]');
    if (place.kind === 'deref') return fieldOf(this.#path(place.pointer, step, depth), '*');
    return `?${step}`;
  }

  #addressPath(place: Place, step: number, depth: number): Path {
    if (depth <= 0) return `?${step}`;
    if (place.kind === 'local') return `s${place.local}`;
    if (place.kind === 'global') return `a:${place.name}`;
    if (place.kind === 'field') {
      const base = this.#path(place.base, step, depth);
      return BASE_MEMBER.test(place.field) ? base : fieldOf(base, `&${place.field}`);
    }
    if (place.kind === 'element') return fieldOf(this.#path(place.base, step, depth), '[]');
    if (place.kind === 'deref') return this.#path(place.pointer, step, depth);
    return `?${step}`;
  }
}
