/** Which functions have calls of a name, or through a pointer of that name. */
import type { FunctionBody } from '../program/model.ts';
import { outlineOf } from './outline.ts';

export class CallersByName {
  readonly #callers: ReadonlyMap<string, readonly number[]>;

  private constructor(callers: ReadonlyMap<string, readonly number[]>) {
    this.#callers = callers;
  }

  static of(bodies: readonly FunctionBody[]): CallersByName {
    const callers = new Map<string, number[]>();
    for (const [id, body] of bodies.entries()) {
      for (const name of namesIn(body)) {
        const list = callers.get(name);
        if (list === undefined) callers.set(name, [id]);
        else list.push(id);
      }
    }
    return new CallersByName(callers);
  }

  /** After one function has changed. */
  after(id: number, before: FunctionBody, now: FunctionBody): CallersByName {
    const old = namesIn(before);
    const names = namesIn(now);
    const gone = [...old].filter(name => !names.has(name));
    const added = [...names].filter(name => !old.has(name));
    if (gone.length + added.length === 0) return this;
    const callers = new Map(this.#callers);
    for (const name of gone) {
      const left = this.of(name).filter(one => one !== id);
      if (left.length > 0) callers.set(name, left);
      else callers.delete(name);
    }
    for (const name of added)
      callers.set(
        name,
        [...this.of(name), id].sort((a, b) => a - b),
      );
    return new CallersByName(callers);
  }

  /** In order. */
  of(name: string): readonly number[] {
    return this.#callers.get(name) ?? [];
  }
}

function namesIn(body: FunctionBody): ReadonlySet<string> {
  return new Set(outlineOf(body).calls.map(call => call.name));
}
