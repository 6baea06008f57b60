/**
 * Where a value comes from, within one function: all the sources that it may have (`origins`) and one name for the object
 * it is (`path`). Helpers are looked through by their summaries.
 */
import { resultKind } from '../capi/objects.ts';
import type { FunctionBody, Op, Place, Value } from '../program/model.ts';
import { BOUNDS, type Bound } from './bounds.ts';
import { type Definition, definitionsOf } from './definitions.ts';
import type { CalleeMeaning, Returned } from './meaning.ts';
import { fieldOf, type Path, substitute } from './paths.ts';

export type Origin =
  | { readonly kind: 'parameter'; readonly index: number }
  /** Result of a call, or what it stored through argument `argument` (-1: the result). */
  | { readonly kind: 'call'; readonly step: number; readonly argument: number; readonly returned: Returned }
  | { readonly kind: 'field'; readonly base: Origin; readonly struct: string | null; readonly field: string }
  /** Inside an object: `&base->field`. */
  | { readonly kind: 'inside'; readonly base: Origin }
  | { readonly kind: 'element'; readonly base: Origin }
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'global-address'; readonly name: string }
  | { readonly kind: 'stack'; readonly local: number }
  | { readonly kind: 'module-state' }
  | { readonly kind: 'constant' }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'unknown' };

const UNKNOWN: Origin = { kind: 'unknown' };
const MODULE_STATE =
  /^(?:PyModule_GetState|PyType_GetModuleState|_?PyModule_GetState_DuringGC|PyState_FindModule)$|(?:^|_)(?:get|find|load)_?\w*(?:module)?_?state(?:_by_\w+)?$/i;

/** Methods by which smart pointers give out what they hold. */
const HOLDER_METHOD = /(?:^|::)(?:get|release|ptr|borrow|borrow_o|relinquish_ownership|new_reference|obj)$/;

/** Names of the leading member that makes a struct an extension of another: the address of it is the object itself. */
const BASE_MEMBER = /^(?:ob_base|base|super|_base|parent_type)$/;

export class Origins {
  /** Bounds that were reached so far. */
  readonly hit = new Set<Bound>();
  readonly #body: FunctionBody;
  readonly #callee: (step: number) => CalleeMeaning | null;
  readonly #origins = new Map<Value, { readonly step: number; readonly origins: readonly Origin[] }>();
  readonly #stored = new Map<Definition, Path | null>();
  readonly #paths = new Map<Value, { readonly step: number; readonly path: Path }>();

  constructor(body: FunctionBody, callee: (step: number) => CalleeMeaning | null) {
    this.#body = body;
    this.#callee = callee;
  }

  /** All sources of the value as the step sees it; `unknown` among them when there are too many. Never empty. */
  of(value: Value, step: number): readonly Origin[] {
    const known = this.#origins.get(value);
    if (known !== undefined && known.step === step) return known.origins;
    const out: Origin[] = [];
    this.#collect(value, step, BOUNDS.depth, new Set(), out);
    const few = out.length > BOUNDS.origins ? [...out.slice(0, BOUNDS.origins), UNKNOWN] : out;
    const origins = few.length === 0 ? [UNKNOWN] : few;
    this.#origins.set(value, { step, origins });
    return origins;
  }

  #collect(value: Value, step: number, depth: number, seen: Set<Definition>, out: Origin[]): void {
    if (depth === 0 || out.length > BOUNDS.origins) {
      this.hit.add(depth === 0 ? 'depth' : 'origins');
      out.push(UNKNOWN);
      return;
    }
    switch (value.kind) {
      case 'local':
        for (const definition of definitionsOf(this.#body).at(step, value.local)) {
          if (seen.has(definition)) continue;
          seen.add(definition);
          this.#collectDefinition(definition, depth, seen, out);
        }
        return;
      case 'result':
        this.#collectResult(value.step, depth, seen, out);
        return;
      case 'address':
        this.#collectAddress(value.place, step, depth, seen, out);
        return;
      case 'operation': {
        const pointer = value.operands.find(operand => operand.kind !== 'int');
        const moves = value.operator === '+' || value.operator === '-';
        if (!moves || pointer === undefined)
          out.push(value.operator === '!' || isComparison(value.operator) ? { kind: 'constant' } : UNKNOWN);
        else this.#wrap(pointer, step, depth, seen, out, base => ({ kind: 'element', base }));
        return;
      }
      case 'symbol':
        out.push({ kind: 'symbol', name: value.name });
        return;
      case 'unknown':
        out.push(UNKNOWN);
        return;
      default:
        out.push({ kind: 'constant' });
    }
  }

  #collectDefinition(definition: Definition, depth: number, seen: Set<Definition>, out: Origin[]): void {
    const op = this.#body.steps[definition.step]?.op;
    if (definition.kind === 'entry') {
      if (this.#body.locals[definition.local]?.parameter === true)
        out.push({ kind: 'parameter', index: definition.local });
    } else if (definition.kind === 'out') {
      const { step, argument } = definition;
      const callee = this.#callee(step);
      const filled = callee?.kind === 'project' ? callee.summary.outs.find(([at]) => at === argument)?.[1] : undefined;
      out.push({ kind: 'call', step, argument, returned: filled ?? { kind: 'other' } });
    } else if (op?.kind === 'store') this.#collect(op.value, definition.step, depth - 1, seen, out);
    else if (op?.kind === 'update') {
      const before: Value = { kind: 'local', local: definition.local };
      this.#wrap(before, definition.step, depth, seen, out, base => ({ kind: 'element', base }));
    }
  }

  #collectResult(step: number, depth: number, seen: Set<Definition>, out: Origin[]): void {
    const op = this.#body.steps[step]?.op;
    if (op?.kind === 'load') this.#collectPlace(op.place, step, depth, seen, out);
    else if (op?.kind === 'call') {
      const holder = this.#heldBy(op);
      if (holder !== null) {
        this.#collect({ kind: 'local', local: holder }, step, depth - 1, seen, out);
        return;
      }
      const meaning = this.returned(step, op);
      if (meaning.kind === 'argument') {
        const argument = op.args[meaning.index];
        if (argument !== undefined) this.#collect(argument, step, depth - 1, seen, out);
        else out.push(UNKNOWN);
      } else if (meaning.kind === 'module-state') out.push({ kind: 'module-state' });
      else out.push({ kind: 'call', step, argument: -1, returned: meaning });
    } else out.push(UNKNOWN);
  }

  #collectPlace(place: Place, step: number, depth: number, seen: Set<Definition>, out: Origin[]): void {
    if (place.kind === 'local') this.#collect({ kind: 'local', local: place.local }, step, depth - 1, seen, out);
    else if (place.kind === 'global') out.push({ kind: 'global', name: place.name });
    else if (place.kind === 'field') {
      const { struct, field } = place;
      this.#wrap(place.base, step, depth, seen, out, base => ({ kind: 'field', base, struct, field }));
    } else if (place.kind === 'element')
      this.#wrap(place.base, step, depth, seen, out, base => ({ kind: 'element', base }));
    else if (place.kind === 'deref')
      this.#wrap(place.pointer, step, depth, seen, out, base => ({ kind: 'element', base }));
    else out.push(UNKNOWN);
  }

  #collectAddress(place: Place, step: number, depth: number, seen: Set<Definition>, out: Origin[]): void {
    if (place.kind === 'local') out.push({ kind: 'stack', local: place.local });
    else if (place.kind === 'global') out.push({ kind: 'global-address', name: place.name });
    else if (place.kind === 'field') {
      if (BASE_MEMBER.test(place.field)) this.#collect(place.base, step, depth - 1, seen, out);
      else this.#wrap(place.base, step, depth, seen, out, base => ({ kind: 'inside', base }));
    } else if (place.kind === 'element') this.#collect(place.base, step, depth - 1, seen, out);
    else if (place.kind === 'deref') this.#collect(place.pointer, step, depth - 1, seen, out);
    else out.push(UNKNOWN);
  }

  #wrap(
    value: Value,
    step: number,
    depth: number,
    seen: Set<Definition>,
    out: Origin[],
    make: (base: Origin) => Origin,
  ): void {
    const bases: Origin[] = [];
    this.#collect(value, step, depth - 1, seen, bases);
    for (const base of bases) out.push(base.kind === 'unknown' ? base : make(base));
  }

  /** `x.get()`, `x.release()` of a C++ object that was made from one pointer: the local that holds it. */
  #heldBy(op: Op & { readonly kind: 'call' }): number | null {
    const [self] = op.args;
    if (op.args.length !== 1 || self?.kind !== 'address' || self.place.kind !== 'local' || op.callee.name === null)
      return null;
    return HOLDER_METHOD.test(op.callee.name) ? self.place.local : null;
  }

  /** What a call gives back, seen from the caller. */
  returned(
    step: number,
    op: Op & { readonly kind: 'call' },
  ): Returned | { kind: 'argument'; index: number } | { kind: 'module-state' } {
    const callee = this.#callee(step);
    if (callee?.kind === 'cast') return { kind: 'argument', index: 0 };
    if (callee?.kind === 'project') {
      const { returned } = callee.summary;
      if (returned.kind !== 'path')
        return isModuleStateCall(callee.name, returned) ? { kind: 'module-state' } : returned;
      if (returned.path === 'state') return { kind: 'module-state' };
      const whole = /^p(\d+)$/.exec(returned.path);
      return whole === null ? returned : { kind: 'argument', index: Number(whole[1]) };
    }
    const name = op.callee.name;
    if (name === null) return { kind: 'other' };
    const kind = resultKind(name);
    if (kind === 'same-as-argument') return { kind: 'argument', index: 0 };
    if (kind !== 'other') return { kind };
    return MODULE_STATE.test(name) ? { kind: 'module-state' } : { kind: 'other' };
  }

  /** One name for the object that the value is when the step runs. */
  path(value: Value, step: number): Path {
    const known = this.#paths.get(value);
    if (known !== undefined && known.step === step) return known.path;
    const path = this.#path(value, step, BOUNDS.depth);
    this.#paths.set(value, { step, path });
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
    const known = this.#stored.get(definition);
    if (known !== undefined) return known;
    this.#stored.set(definition, '?');
    const op = this.#body.steps[definition.step]?.op;
    const path =
      op?.kind !== 'store' ? '?' : op.value.kind === 'null' ? null : this.#path(op.value, definition.step, depth - 1);
    this.#stored.set(definition, path);
    return path;
  }

  #callPath(step: number, op: Op & { readonly kind: 'call' }, depth: number): Path {
    const holder = this.#heldBy(op);
    if (holder !== null) return this.#localPath(holder, step, depth - 1);
    const meaning = this.returned(step, op);
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

function isComparison(operator: string): boolean {
  return (
    operator === '==' ||
    operator === '!=' ||
    operator === '<' ||
    operator === '>' ||
    operator === '<=' ||
    operator === '>='
  );
}

function isModuleStateCall(name: string, returned: Returned): boolean {
  return returned.kind === 'other' && MODULE_STATE.test(name);
}
