/** What a thread of a harness calls, and which objects it is given: its own, or those that other threads have too. */
import type { Extension } from '../analysis/extension.ts';
import type { ThreadPlan } from '../simulator/translate/model.ts';
import type { Entry } from './entry.ts';
import { freesParameter, isCollected } from './given.ts';
import type { ExtensionNames } from './names.ts';

export class Threads {
  readonly #extension: Extension;
  readonly #names: ExtensionNames;

  constructor(extension: Extension, names: ExtensionNames) {
    this.#extension = extension;
    this.#names = names;
  }

  /** Threads share the object that the first parameter is; the others too when `shared` is asked for. */
  plan(entry: Entry, first: Entry, index: number, shared: boolean): ThreadPlan & { kind: 'call' } {
    const { view, foreign, destroys } = entry;
    const { body } = view;
    const objects = this.#objects(entry, first, index, shared);
    return {
      kind: 'call',
      code: this.#names.code(view.function),
      runs: `${body.name}(${objects.join(', ')})`,
      objects,
      foreign,
      ...(destroys ? { dying: 0, collected: isCollected(this.#extension, view) } : {}),
    };
  }

  isObject(base: string): boolean {
    return /^Py(?:\w*Object)$/.test(base) || this.#names.isObject(base);
  }

  #objects({ view, foreign, destroys }: Entry, first: Entry, index: number, shared: boolean): string[] {
    const { body } = view;
    return body.locals.slice(0, body.parameters).map((parameter, i) => {
      const name = parameter.name === '' ? `argument ${i + 1}` : parameter.name;
      const lead = first.view.body.locals[i];
      const sameAs = lead !== undefined && i < first.view.body.parameters ? lead.name : name;
      const exclusive = view.surroundings.parameters[i]?.exclusive === true;
      const isGiven = !this.isObject(parameter.type.base) && freesParameter(view, i);
      if (isGiven || (i === 0 && (destroys || exclusive))) return index === 0 ? name : `${name} of T${index + 1}`;
      if (i === 0 && !(foreign && index > 0 && !this.isObject(parameter.type.base)))
        return sameAs === '' ? name : sameAs;
      if (index === 0) return name;
      // What a thread of C code is given is its own; so is what nobody else can know.
      if (shared && !foreign && !exclusive) return name;
      return `${name} of T${index + 1}`;
    });
  }
}
