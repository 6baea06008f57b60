/**
 * C++: which of an extension's methods a call may run. A name may stand for several (overloads, told apart by how many arguments
 * they take) and, called through a base class, for those of the classes derived from it.
 */
import type { FunctionView } from './view.ts';

export class Methods {
  /** By class and name, without the class's namespaces where those are not written. */
  readonly #byName = new Map<string, FunctionView[]>();
  /** Direct subclasses by class. */
  readonly #derived = new Map<string, Set<string>>();
  readonly #nameOf: (type: string) => string;

  /** `nameOf`: a class by its full name; see `Linker.structName`. */
  constructor(functions: readonly FunctionView[], nameOf: (type: string) => string) {
    this.#nameOf = nameOf;
    for (const view of functions) {
      const { ofClass, name } = view.body;
      if (ofClass === undefined) continue;
      const key = `${nameOf(ofClass)}::${name}`;
      const known = this.#byName.get(key);
      if (known === undefined) this.#byName.set(key, [view]);
      else known.push(view);
    }
    for (const unit of new Set(functions.map(view => view.unit))) {
      for (const { name, bases } of unit.structs) for (const base of bases) this.#addDerived(nameOf(base), name);
    }
  }

  #addDerived(base: string, derived: string): void {
    const known = this.#derived.get(base);
    if (known === undefined) this.#derived.set(base, new Set([derived]));
    else known.add(derived);
  }

  /** What the call of a method by its qualified name may run, of the bodies that are at hand. */
  calledAt(view: FunctionView, step: number): readonly FunctionView[] {
    const op = view.op(step);
    const name = op?.kind === 'call' && op.callee.kind === 'named' ? op.callee.name : '';
    const cut = name.lastIndexOf('::');
    if (op?.kind !== 'call' || cut < 0) return [];
    return this.#classes(this.#nameOf(name.slice(0, cut))).flatMap(type => {
      const overloads = this.#byName.get(`${type}${name.slice(cut)}`) ?? [];
      const fitting = overloads.filter(one => one.body.parameters === op.args.length);
      // Default arguments: any of them.
      return fitting.length > 0 ? fitting : overloads;
    });
  }

  /** The class and all that are derived from it. */
  #classes(type: string): readonly string[] {
    const all = new Set([type]);
    for (const one of all) for (const derived of this.#derived.get(one) ?? []) all.add(derived);
    return [...all];
  }
}
