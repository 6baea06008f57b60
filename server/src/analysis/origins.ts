/**
 * Where a value comes from, within one function: all the sources that it may have (`origins`) and one name for the object
 * it is (`path`). Helpers are looked through by their summaries.
 */
import { alwaysReturnsNull } from '../capi/objects.ts';
import type { FunctionBody, Place, Value } from '../program/model.ts';
import { constantIndex } from '../program/values.ts';
import { BOUNDS, type Bound } from './bounds.ts';
import { type Definition, definitionsOf } from './definitions.ts';
import { Memo } from './lately.ts';
import type { CalleeMeaning, Returned } from './meaning.ts';
import { BASE_MEMBER, ObjectNames } from './names.ts';
import { type Path, parameterOf, parts } from './paths.ts';
import { type CallOp, heldBy, resultOf } from './results.ts';

export type Origin =
  | { readonly kind: 'parameter'; readonly index: number }
  /** Result of a call, or what it stored through argument `argument` (-1: the result). */
  | { readonly kind: 'call'; readonly step: number; readonly argument: number; readonly returned: Returned }
  | { readonly kind: 'field'; readonly base: Origin; readonly struct: string | null; readonly field: string }
  /** Inside an object or a buffer: `&base->field`, `base + 1`. */
  | { readonly kind: 'inside'; readonly base: Origin }
  /** What an array has at an index; null: at any. */
  | { readonly kind: 'element'; readonly base: Origin; readonly at: number | null }
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'global-address'; readonly name: string }
  | { readonly kind: 'stack'; readonly local: number }
  | { readonly kind: 'module-state' }
  | { readonly kind: 'constant' }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'unknown' };

const UNKNOWN: Origin = { kind: 'unknown' };
const NOT_KNOWN: readonly Origin[] = [UNKNOWN];

interface Known {
  readonly origins: Map<Value, { readonly step: number; readonly origins: readonly Origin[] }>;
  readonly roots: Map<Value, { readonly step: number; readonly roots: ReadonlySet<string> }>;
}

function newKnown(): Known {
  return { origins: new Map(), roots: new Map() };
}

export class Origins {
  /** Bounds that were reached so far. */
  readonly hit = new Set<Bound>();
  readonly #body: FunctionBody;
  readonly #callee: (step: number) => CalleeMeaning | null;
  readonly #known = new Memo(newKnown);
  readonly #names: ObjectNames;

  constructor(body: FunctionBody, callee: (step: number) => CalleeMeaning | null) {
    this.#body = body;
    this.#callee = callee;
    this.#names = new ObjectNames(body, callee);
  }

  /** All sources of the value as the step sees it; `unknown` among them when there are too many. Never empty. */
  of(value: Value, step: number): readonly Origin[] {
    const all = this.#known.value.origins;
    const known = all.get(value);
    if (known !== undefined && known.step === step) return known.origins;
    const out: Origin[] = [];
    this.#collect(value, step, BOUNDS.depth, new Set(), out);
    const few = out.length > BOUNDS.origins ? [...out.slice(0, BOUNDS.origins), UNKNOWN] : out;
    const origins = few.length === 0 ? NOT_KNOWN : few.slice();
    all.set(value, { step, origins });
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
        else this.#wrap(pointer, step, depth, seen, out, base => ({ kind: 'inside', base }));
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
      this.#wrap(before, definition.step, depth, seen, out, base => ({ kind: 'inside', base }));
    }
  }

  #collectResult(step: number, depth: number, seen: Set<Definition>, out: Origin[]): void {
    const op = this.#body.steps[step]?.op;
    if (op?.kind === 'load') this.#collectPlace(op.place, step, depth, seen, out);
    else if (op?.kind === 'call') {
      const holder = heldBy(op);
      if (holder !== null) {
        this.#collect({ kind: 'local', local: holder }, step, depth - 1, seen, out);
        return;
      }
      const meaning = resultOf(op, this.#callee(step));
      if (op.callee.kind === 'named' && alwaysReturnsNull(op.callee.name)) {
        out.push({ kind: 'constant' });
        return;
      }
      if (meaning.kind === 'argument') {
        const argument = op.args[meaning.index];
        if (argument !== undefined) this.#collect(argument, step, depth - 1, seen, out);
        else out.push(UNKNOWN);
      } else if (meaning.kind === 'module-state') out.push({ kind: 'module-state' });
      else if (meaning.kind === 'path' && this.#collectPath(meaning.path, op, step, depth, seen, out)) return;
      else out.push({ kind: 'call', step, argument: -1, returned: meaning });
    } else out.push(UNKNOWN);
  }

  /** What a helper returned in terms of its parameters: `p0>items` is a field of the first argument. */
  #collectPath(path: Path, op: CallOp, step: number, depth: number, seen: Set<Definition>, out: Origin[]): boolean {
    const [root, ...rest] = parts(path);
    const argument = op.args[parameterOf(root ?? null) ?? -1];
    if (argument === undefined || rest.some(component => component.startsWith('^'))) return false;
    this.#wrap(argument, step, depth, seen, out, base =>
      rest.reduce<Origin>((inner, component) => {
        if (component.startsWith('&')) return { kind: 'inside', base: inner };
        if (component === '[]' || component === '*') return { kind: 'element', base: inner, at: null };
        return { kind: 'field', base: inner, struct: null, field: component };
      }, base),
    );
    return true;
  }

  #collectPlace(place: Place, step: number, depth: number, seen: Set<Definition>, out: Origin[]): void {
    if (place.kind === 'local') this.#collect({ kind: 'local', local: place.local }, step, depth - 1, seen, out);
    else if (place.kind === 'global') out.push({ kind: 'global', name: place.name });
    else if (place.kind === 'field') {
      const { struct, field } = place;
      this.#wrap(place.base, step, depth, seen, out, base => ({ kind: 'field', base, struct, field }));
    } else if (place.kind === 'element')
      this.#wrap(place.base, step, depth, seen, out, base => ({
        kind: 'element',
        base,
        at: constantIndex(place.index),
      }));
    else if (place.kind === 'deref')
      this.#wrap(place.pointer, step, depth, seen, out, base => ({ kind: 'element', base, at: 0 }));
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

  /**
   * What the value can be reached from: roots of paths (`p0`, `g:name`, `c12`), through fields, elements and the arguments of
   * look-ups. `ref = find(self->queues, id)` comes from `self`.
   */
  roots(value: Value, step: number): ReadonlySet<string> {
    const all = this.#known.value.roots;
    const known = all.get(value);
    if (known !== undefined && known.step === step) return known.roots;
    const roots = new Set<string>();
    all.set(value, { step, roots });
    for (const origin of this.of(value, step)) this.#addRoots(origin, roots);
    return roots;
  }

  #addRoots(origin: Origin, roots: Set<string>): void {
    switch (origin.kind) {
      case 'parameter':
        roots.add(`p${origin.index}`);
        return;
      case 'field':
      case 'inside':
      case 'element':
        this.#addRoots(origin.base, roots);
        return;
      case 'global':
        roots.add(`g:${origin.name}`);
        return;
      case 'global-address':
        roots.add(`a:${origin.name}`);
        return;
      case 'module-state':
        roots.add('state');
        return;
      case 'stack':
        roots.add(`s${origin.local}`);
        return;
      case 'call': {
        roots.add(`c${origin.step}`);
        const op = this.#body.steps[origin.step]?.op;
        const { kind } = origin.returned;
        if (op?.kind !== 'call' || kind === 'fresh' || kind === 'memory' || kind === 'immutable') return;
        for (const argument of op.args) for (const root of this.roots(argument, origin.step)) roots.add(root);
        return;
      }
      default:
        return;
    }
  }

  /** One name for the object that the value is when the step runs. */
  path(value: Value, step: number): Path {
    return this.#names.path(value, step);
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
