/** Builds the Python function that makes what the threads share and says what they do with it. */
import type { Extension } from '../analysis/extension.ts';
import { type Argument, type Arguments, argumentsOf, takesArguments } from './arguments.ts';
import { type Guess, guess, typeNamed } from './guesses.ts';
import { entriesTo } from './reach.ts';
import { isLifeCycle, isStatement, textOfSlot } from './slots.ts';
import type { Entry, PythonType, Surface } from './surface.ts';

export interface CallOptions {
  /** Text of the key that containers are looked into with. */
  readonly key?: string;
  /** Inside a thread's function, where `me` tells threads apart. */
  readonly threaded?: boolean;
  /** Texts for arguments that must be particular objects, by position. */
  readonly given?: ReadonlyMap<number, string>;
  /** Text of the object, instead of the shared one. */
  readonly object?: string;
}

const KEY = '"k"';
const MOST_NESTED = 4;

export class SceneBuilder {
  readonly extension: Extension;
  readonly surface: Surface;
  /** Lines of the function, before the threads' functions. */
  readonly setup: string[] = [];
  readonly acts: { readonly name: string; readonly about: string; readonly lines: readonly string[] }[] = [];
  /** What has to be filled in by hand. */
  readonly missing: string[] = [];
  /** What the test can't see. */
  readonly notes: string[] = [];
  readonly #instances = new Map<PythonType, string>();
  #nested = 0;

  constructor(extension: Extension, surface: Surface) {
    this.extension = extension;
    this.surface = surface;
  }

  /** Text of the shared object of a type, made when it is asked for first. */
  instance(type: PythonType): string {
    const known = this.#instances.get(type);
    if (known !== undefined) return known;
    const name = this.#variable(type);
    this.#instances.set(type, name);
    this.setup.push(`${name} = ${this.create(type)}`);
    return name;
  }

  /** From now on the shared object is the one in a list of one, which a thread can replace. */
  shelve(type: PythonType, optional: number): void {
    const name = `${this.#variable(type)}_shelf`;
    this.#instances.set(type, `${name}[0]`);
    const text = this.create(type, { given: new Map([[optional, 'held']]) }, optional);
    this.setup.push('held = Fresh()', `${name} = [${text}]`);
    this.act(`renew_${this.#variable(type)}`, 'Python: another object takes its place', [
      'held = Fresh()',
      `${name}[0] = ${text}`,
      'sum(range(30))  # somebody looks at it; then what is held goes',
    ]);
  }

  /** Iterators come to an end: the shared one stands in a list of one too, and who finds its end puts another there. */
  #iterator(type: PythonType): readonly string[] {
    if (!this.#instances.has(type)) {
      const name = `${this.#variable(type)}_shelf`;
      this.#instances.set(type, `${name}[0]`);
      this.setup.push(`${name} = [${this.create(type)}]`);
    }
    const shared = this.instance(type);
    return [
      `item = next(${shared}, None)`,
      'if item is None:',
      `    ${shared} = ${this.create(type)}  # it was at its end`,
      'return item',
    ];
  }

  /** Text that makes a new instance; optional arguments up to the given index are passed too. */
  create(type: PythonType, options: CallOptions = {}, optional = -1): string {
    const made = type.creatable === 'own' || this.#nested > MOST_NESTED ? null : this.#madeBy(type, options);
    if (made !== null) return made;
    if (type.creatable !== 'no') {
      const values = constructorArguments(this, type);
      const wanted = values?.filter((value, index) => !value.optional || index <= optional) ?? [];
      if (values === null) this.#miss(`the arguments of ${type.name}() could not be read`);
      return `module.${type.name}(${this.#values(wanted, options)})`;
    }
    this.#miss(`a ${type.name} is made in a way that could not be read`);
    return '...';
  }

  /** What another call gives out. Null: no call is known to. */
  #madeBy(type: PythonType, options: CallOptions): string | null {
    const maker = readable(this, makersOf(this, type));
    if (maker === undefined) return null;
    this.#nested++;
    const made = this.call(maker, options);
    this.#nested--;
    return made?.text ?? null;
  }

  /** Text that runs an entry. Null: nobody knows how. */
  call(entry: Entry, options: CallOptions = {}): { readonly text: string; readonly statement: boolean } | null {
    const { type } = entry;
    if (entry.kind === 'slot' && type && isLifeCycle(entry.name)) {
      return { text: this.create(type, options), statement: false };
    }
    const object = options.object ?? (type ? this.instance(type) : 'module');
    const values = argumentsOf(this.extension.linker, this.surface, entry);
    if (entry.guessed) this.#miss(`the name ${entry.name} stands in a generated file and was guessed`);
    if (entry.kind === 'getter') return { text: attribute(object, entry.name), statement: false };
    if (entry.kind === 'setter') {
      const value = this.#values(values ?? [], options);
      return isName(entry.name)
        ? { text: `${object}.${entry.name} = ${value}`, statement: true }
        : { text: `setattr(${object}, "${entry.name}", ${value})`, statement: true };
    }
    if (entry.kind === 'slot' && entry.name !== 'tp_call') return this.#slot(entry, object, options);
    if (values === null) this.#miss(`the arguments of ${entry.name}() could not be read`);
    const wanted = (values ?? []).filter((value, index) => !value.optional || options.given?.has(index) === true);
    const head = entry.kind === 'slot' ? object : attribute(object, entry.name);
    return { text: `${head}(${values === null ? '...' : this.#values(wanted, options)})`, statement: false };
  }

  #slot(
    entry: Entry,
    object: string,
    options: CallOptions,
  ): { readonly text: string; readonly statement: boolean } | null {
    const text = textOfSlot(entry.name);
    if (text === null) return null;
    const filled = text.replaceAll('{o}', object).replace(/\{(\d)\}/g, (_, digit: string) => {
      const made = guess(this.extension.linker, this.surface, entry.function, { local: Number(digit) });
      return this.#value(made, options);
    });
    return { text: filled, statement: isStatement(text) };
  }

  /** Adds a thread's function; the same text twice is one function. Its name. */
  act(wish: string, about: string, lines: readonly string[]): string {
    const known = this.acts.find(one => one.lines.join('\n') === lines.join('\n'));
    if (known) return known.name;
    let name = wish;
    for (let number = 2; this.acts.some(one => one.name === name); number++) name = `${wish}_${number}`;
    this.acts.push({ name, about, lines });
    return name;
  }

  /** A thread's function that runs the entry. Null: nobody knows how. */
  actOf(entry: Entry, options: CallOptions = {}, suffix = ''): string | null {
    const about = `runs ${entry.function.function.body.name}()`;
    const name = `${nameOf(entry)}${suffix}`;
    if (entry.kind === 'slot' && entry.name === 'tp_iternext' && entry.type && entry.type.creatable !== 'own') {
      return this.act(name, about, this.#iterator(entry.type));
    }
    const made = this.call(entry, { ...options, threaded: true });
    if (made === null) return null;
    if (entry.kind === 'slot' && entry.type && isLifeCycle(entry.name)) {
      const shown = this.surface.members.filter(member => member.type === entry.type);
      if (shown.length > 0) {
        const looks = shown.map(member => `made.${member.name}`).join(', ');
        const tuple = shown.length === 1 ? `(${looks},)` : looks;
        return this.act(name, about, [`made = ${made.text}`, `return ${tuple}`]);
      }
    }
    return this.act(name, about, [made.statement ? made.text : `return ${made.text}`]);
  }

  #values(values: readonly Argument[], options: CallOptions): string {
    return values.map((value, index) => options.given?.get(index) ?? this.#value(value.guess, options)).join(', ');
  }

  #value(value: Guess, options: CallOptions): string {
    switch (value.kind) {
      case 'key':
        return options.key ?? KEY;
      case 'text':
        return options.threaded === true ? 'f"k{me}"' : KEY;
      case 'int':
        return options.threaded === true ? 'me + 1' : '1';
      case 'float':
        return options.threaded === true ? 'me + 0.5' : '0.5';
      case 'bytes':
        return 'b"some bytes"';
      case 'bytearray':
        return 'bytearray(b"some bytes")';
      case 'list':
        return '[Fresh(), Fresh()]';
      case 'dict':
        return '{"k": Fresh()}';
      case 'set':
        return '{Fresh()}';
      case 'tuple':
        return '(Fresh(), Fresh())';
      case 'none':
        return 'None';
      case 'fresh':
        return 'Fresh()';
      case 'instance':
        return this.instance(value.type);
      case 'unknown':
        this.#miss(`an argument is ${value.why}`);
        return '...';
    }
  }

  #miss(what: string): void {
    if (!this.missing.includes(what)) this.missing.push(what);
  }

  #variable(type: PythonType): string {
    const name = type.name
      .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
      .toLowerCase()
      .replace(/^_+/, '');
    return /^(?:module|list|dict|set|iter|object|type|int|str|float|bytes|range|map|lambda|class|random|json|time|gc|\d.*)$/.test(
      name,
    )
      ? `the_${name}`
      : name;
  }
}

const KEYWORDS =
  /^(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)$/;

function isName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.test(name);
}

/** Names that the grammar of Python has taken are attributes all the same. */
function attribute(object: string, name: string): string {
  return isName(name) ? `${object}.${name}` : `getattr(${object}, "${name}")`;
}

function nameOf(entry: Entry): string {
  const name = entry.name.replace(/\W/g, '_');
  if (entry.type === null) return `call_${name}`;
  const type = entry.type.name.replace(/\W/g, '_').toLowerCase();
  if (entry.kind === 'slot') return isLifeCycle(entry.name) ? `new_${type}` : `${type}_${name.replace(/^[a-z]+_/, '')}`;
  const verb = entry.kind === 'getter' ? 'get_' : entry.kind === 'setter' ? 'set_' : '';
  return `${verb}${type}_${name}`;
}

/** The first whose arguments can be worked out; else the first. */
export function readable(scene: SceneBuilder, entries: readonly Entry[]): Entry | undefined {
  const known = entries.find(entry => {
    if (entry.guessed) return false;
    const birth = entry.kind === 'slot' && entry.type !== null && isLifeCycle(entry.name);
    const values = birth
      ? constructorArguments(scene, entry.type)
      : argumentsOf(scene.extension.linker, scene.surface, entry);
    return values?.every(value => value.optional || value.guess.kind !== 'unknown') === true;
  });
  return known ?? entries[0];
}

export function canCall(entry: Entry): boolean {
  return (
    entry.kind !== 'slot' || entry.name === 'tp_call' || isLifeCycle(entry.name) || textOfSlot(entry.name) !== null
  );
}

/** Of `tp_init` when it takes any, else of `tp_new`; none when neither is the extension's own. Null: they can't be read. */
export function constructorArguments(scene: SceneBuilder, type: PythonType): Arguments {
  const makers = ['tp_init', 'tp_new'].flatMap(
    slot => scene.surface.entries.find(one => one.type === type && one.kind === 'slot' && one.name === slot) ?? [],
  );
  const read = makers.map(maker => argumentsOf(scene.extension.linker, scene.surface, maker));
  const some = read.find(one => one !== null && one.length > 0) ?? read.find(one => one !== null);
  if (some) return some;
  // A function that takes no arguments apart wants none, as far as can be seen.
  return makers.some(maker => takesArguments(maker.function)) ? null : [];
}

/** Entries that give out a new object of a type that can't be called. */
function makersOf(scene: SceneBuilder, type: PythonType): readonly Entry[] {
  const found = scene.extension.linker.functions.filter(fn =>
    fn.function.body.steps.some(
      ({ op }) =>
        op.kind === 'call' &&
        /New|Alloc/.test(op.callee.name ?? '') &&
        op.args.some(value => typeNamed(scene.surface, value, fn) === type),
    ),
  );
  return found
    .flatMap(fn => entriesTo(scene.extension, scene.surface, fn))
    .filter(entry => entry.type !== type && !(entry.kind === 'slot' && isLifeCycle(entry.name)));
}
