/**
 * From functions of an extension to a program of the machine: the threads of a plan, translated again and again until
 * nothing new is learnt about the memory that they share, and then once for each model. The facade of this folder.
 */
import type { Span } from '../../program/model.ts';
import { Source } from '../build/source.ts';
import type { SourceRange } from '../machine/program.ts';
import type { Assumption, ModelName } from '../playback.ts';
import { inPython } from '../python/attach.ts';
import { Python } from '../python/python.ts';
import { enterSection, leaveSection } from '../python/sections.ts';
import { makeWorld } from '../python/world.ts';
import { assignedIn } from './assigned.ts';
import { argumentsOf, endsWrong, goesWrongLater, handOver, lockedByCallers } from './boundary.ts';
import { Knowledge } from './knowledge.ts';
import { Lane } from './lane.ts';
import { Lines } from './lines.ts';
import { loneCells, withoutRaces } from './lone-races.ts';
import { Memory } from './memory.ts';
import { type Code, type Names, type Plan, type ThreadPlan, type Translation, Untranslatable } from './model.ts';
import { addProperties } from './properties.ts';
import { pythonThread } from './python-thread.ts';
import { Route } from './route.ts';
import { Slice } from './slice.ts';
import { nameOf } from './symbols.ts';
import { type Cost, Walk, type WalkResult } from './walk.ts';

/** Rounds of learning; each one makes the memory that counts larger, and it is small. */
const MOST_ROUNDS = 14;
const MOST_WORDS = 90;

export class Translator {
  readonly #plan: Plan;
  readonly #names: Names;
  readonly #knowledge = new Knowledge();
  readonly #lines: Lines;
  readonly #files: string[] = [];
  /** Steps in words, by place. */
  readonly #said = new Map<string, string>();
  readonly #cost: Cost;
  readonly #assigned: ReadonlySet<string>;
  #hasSections = false;
  readonly #slice: Slice | null;
  /** The properties are about some of the memory, not about all of it. */
  readonly #focused: boolean;

  /** `cost`: counts the work, also that of a translation that fails. @throws Untranslatable */
  constructor(plan: Plan, names: Names, cost: Cost = { steps: 0 }) {
    this.#plan = plan;
    this.#cost = cost;
    this.#names = names;
    this.#lines = new Lines(names);
    const roots = plan.threads.flatMap(thread => (thread.kind === 'call' ? [thread.code] : []));
    this.#slice = plan.sliced === true ? new Slice(plan.goals, roots, names) : null;
    this.#assigned = assignedIn(roots, names, this.#slice);
    for (const key of plan.focus ?? []) this.#knowledge.focus.add(key);
    // What only takes a lock or asks for one is about whatever is done under it.
    this.#focused = plan.everything !== true && (plan.goals.length > 0 || this.#knowledge.focus.size > 0);
    for (let round = 0; ; round++) {
      if (round === MOST_ROUNDS) throw new Untranslatable('What the threads share grows without end.');
      this.#build('free-threaded');
      if (!this.#knowledge.settle()) break;
    }
  }

  /** The program as one model runs it. @throws Untranslatable */
  translate(model: ModelName): Translation {
    return this.#build(model);
  }

  #build(model: ModelName): Translation {
    const py = new Python(model);
    py.skipsHeldObject = this.#names.target !== '3.13';
    for (const file of this.#files) this.#source(py, file);
    const memory = new Memory(py, this.#names, this.#knowledge, this.#plan.setting, {
      assigned: this.#assigned,
      empties: this.#slice === null ? null : path => this.#slice?.isAbout(path) === true,
    });
    this.#addWorld(py, memory);
    memory.focused = this.#focused && this.#knowledge.hasFocus();
    const route = new Route(this.#plan.goals, this.#names);
    const result: WalkResult = { cut: false, choices: [], active: new Map(), walked: new Set(), cost: this.#cost };
    const lanes = this.#plan.threads.map(plan => {
      const lane = new Lane(memory, py.thread(plan.kind === 'call' ? plan.runs : ''));
      lane.mayFail = this.#plan.failures === true;
      lane.focused = this.#focused && this.#knowledge.hasFocus();
      return lane;
    });
    const returns: { readonly lane: Lane; readonly local: { readonly local: number } }[] = [];
    for (const [i, plan] of this.#plan.threads.entries()) {
      const lane = lanes[i]!;
      if (plan.kind === 'call') returns.push({ lane, local: this.#call(py, lane, route, result, plan) });
    }
    for (const [i, plan] of this.#plan.threads.entries()) if (plan.kind === 'python') pythonThread(py, lanes[i]!, plan);
    memory.finish();
    this.#hasSections ||= lanes.some(lane => lane.t.build().sections.length > 0);
    addProperties(
      py,
      this.#knowledge,
      memory,
      this.#plan.atomic === true ? returns : [],
      this.#focused && this.#knowledge.hasFocus(),
    );
    for (const code of result.walked) this.#remember(code);
    const whole = py.p.build();
    const words = [...memory.words].flatMap(key => memory.addressOf(key) ?? []);
    const counts = this.#plan.loneRaces === true || this.#plan.atomic === true;
    const lone = counts ? new Set<number>() : loneCells(whole, new Set(words));
    for (const cell of lone) lanes[0]?.assume(loneText(whole.cells[cell]?.name ?? ''), null);
    return {
      program: withoutRaces(whole, lone),
      python: py,
      files: this.#files,
      firstLines: this.#files.map(file => this.#knowledge.lines.get(file)?.[0] ?? 0),
      assumptions: this.#assumptions(lanes, result),
      omitted: this.#omitted(result),
      exposed: lanes.flatMap(lane => lane.readings),
      choices: Object.fromEntries(result.choices.map(({ text, taken }) => [text, taken])),
      pointees: memory.start.pointees(this.#knowledge.focus),
      aboutData: this.#focused && this.#knowledge.hasFocus(),
      goals: this.#goalRanges(py, result),
      focus: [...this.#knowledge.focus],
      resurrects: lanes.some(lane => lane.keeps),
      lone: [...lone].map(cell => whole.cells[cell]?.name ?? ''),
      reached: !route.hasGoals || route.arrived(this.#plan.goals[0]),
      settings: memory.start.settings,
      shared: sharedNames(this.#knowledge),
    };
  }

  /** Where some thread stops the world, the others say when they are attached. */
  #addWorld(py: Python, memory: Memory): void {
    const { threads } = this.#plan;
    const actions = new Set(threads.map(thread => (thread.kind === 'python' ? thread.action : null)));
    memory.stopsWorld = actions.has('collector') || actions.has('waker');
    if (!memory.stopsWorld) return;
    if (py.freeThreaded) py.world = makeWorld(py, threads.filter(one => one.kind === 'python' || !one.foreign).length);
    if (actions.has('waker')) memory.waker = py.p.global('what is waited for', 0);
  }

  #call(
    py: Python,
    lane: Lane,
    route: Route,
    result: WalkResult,
    plan: ThreadPlan & { kind: 'call' },
  ): { local: number } {
    const { t } = lane;
    const outcome = t.temporary();
    const args = argumentsOf(lane, plan);
    const walk = new Walk(
      lane,
      route,
      {
        flips: new Set(this.#plan.flips),
        decisions: this.#plan.decisions ?? {},
        reenters:
          plan.reenters === undefined
            ? null
            : { code: plan.reenters.code, args: argumentsOf(lane, { ...plan, ...plan.reenters }) },
        renames: plan.renames ?? {},
      },
      result,
      { range: (code, span) => this.#range(py, code.file, span), words: (code, span) => this.#words(code, span) },
      (value, path) => {
        if (plan.foreign ? !path.detached : path.detached) endsWrong(lane, path, plan.foreign);
        if (value === null) return;
        t.set(outcome, value.kind === 'unknown' ? 0 : lane.expression(value));
        handOver(lane, plan.code, value, path);
        goesWrongLater(lane, value);
      },
      this.#slice,
    );
    const locked = lockedByCallers(plan.code, args);
    const dying = plan.dying === undefined ? undefined : args[plan.dying];
    if (dying?.kind === 'object' && plan.drops !== true) {
      lane.dying = dying.object;
      lane.collected = plan.collected === true;
      lane.memory.references.dies(dying.object);
    }
    const body = (): void => {
      if (plan.drops === true && dying?.kind === 'object') {
        this.#knowledge.learn(this.#knowledge.counted, dying.object.name);
        lane.memory.references.drops(dying.object);
        lane.dropLast(dying.object, () => walk.start(plan.code, args, plan.foreign));
        return;
      }
      if (locked.length > 0)
        enterSection(
          py,
          t,
          locked.map(object => lane.expression(object)),
        );
      walk.start(plan.code, args, plan.foreign);
      if (locked.length > 0) leaveSection(py, t);
    };
    if (locked.length > 0)
      lane.assume(
        `Callers of ${plan.code.unit.body.name}() hold the lock of ${locked.map(nameOf).join(' and ')}.`,
        null,
      );
    t.startsAttached = !plan.foreign;
    if (plan.foreign) body();
    else inPython(py, t, body);
    return outcome;
  }

  #source(py: Python, file: string): void {
    const [first, last] = this.#knowledge.lines.get(file) ?? [0, 0];
    const lines = this.#lines.of(file).slice(first, last + 1);
    py.sources.push(new Source(py.sources.length, file.replace(/^.*\//, ''), `\n${lines.join('\n')}`));
  }

  /** Which lines of which files the listing shows: whole functions, known after the first round. */
  #remember(code: Code): void {
    const { start, body } = code.unit;
    const first = this.#lines.lineOf(code.file, start);
    const last = this.#lines.lineOf(code.file, start + body.length);
    const known = this.#knowledge.lines.get(code.file);
    if (known === undefined) this.#files.push(code.file);
    this.#knowledge.lines.set(code.file, [Math.min(first, known?.[0] ?? first), Math.max(last, known?.[1] ?? last)]);
  }

  #range(py: Python, file: string, span: Span): SourceRange | undefined {
    const source = this.#files.indexOf(file);
    if (source < 0 || source >= py.sources.length) return undefined;
    return this.#lines.range(file, span, source, this.#knowledge.lines.get(file)?.[0] ?? 0);
  }

  #goalRanges(py: Python, { walked }: WalkResult): SourceRange[] {
    return this.#plan.goals.flatMap(goal => {
      const code = [...walked].find(one => one.file === goal.file && one.unit.body.qualifiedName === goal.function);
      const span = code?.unit.body.steps[goal.step]?.span;
      if (code === undefined || span === undefined) return [];
      const { start } = code.unit;
      return this.#range(py, code.file, { start: span.start + start, end: span.end + start }) ?? [];
    });
  }

  #words(code: Code, span: Span): string {
    const key = `${code.file} ${span.start} ${span.end}`;
    let words = this.#said.get(key);
    if (words !== undefined) return words;
    const text = (this.#names.text(code.file) ?? '').slice(span.start, span.end).replace(/\s+/g, ' ').trim();
    words = text.length <= MOST_WORDS ? text : `${text.slice(0, MOST_WORDS - 1)}…`;
    this.#said.set(key, words);
    return words;
  }

  #assumptions(lanes: readonly Lane[], result: WalkResult): Assumption[] {
    const found: Assumption[] = [];
    const at = (file: string, span: Span): { at?: SourceRange } => {
      const source = this.#files.indexOf(file);
      const range =
        source < 0 ? undefined : this.#lines.range(file, span, source, this.#knowledge.lines.get(file)?.[0] ?? 0);
      return range === undefined ? {} : { at: range };
    };
    for (const { text, taken, file, start, end } of result.choices) {
      const condition = text.startsWith('!')
        ? `${text.slice(1)} is ${taken ? 'zero' : 'not zero'}`
        : `${text} is ${taken ? 'not zero, or holds' : 'zero, or does not hold'}`;
      found.push({ text: `Nothing here decides it: ${condition}.`, ...at(file, { start, end }) });
    }
    const known = new Set<string>();
    for (const lane of lanes) {
      for (const [text, place] of lane.assumptions) {
        if (known.has(text)) continue;
        known.add(text);
        found.push({ text, ...(place === null ? {} : at(place.file, { start: place.offset, end: place.end })) });
      }
    }
    found.push({
      text:
        this.#plan.failures === true
          ? 'Calls fail where the flagged code is reached by a failure only.'
          : 'Memory is there when it is asked for, and calls that can fail for other reasons succeed.',
    });
    if (this.#hasSections) found.push({ text: `Critical sections are those of Python ${this.#names.target}.` });
    if (result.cut) found.push({ text: 'Loops are followed for two rounds; what comes after them is not looked at.' });
    return found;
  }

  /** Lines of the functions that the threads run and that do nothing anybody else could notice. */
  #omitted(result: WalkResult): Assumption[] {
    const found: Assumption[] = [];
    for (const code of result.walked) {
      const { file, unit } = code;
      const active = new Set([...(result.active.get(file) ?? [])].map(offset => this.#lines.lineOf(file, offset)));
      const lines = new Set(
        unit.body.steps
          .filter(({ op, span }) => op.kind !== 'entry' && op.kind !== 'join' && span.end > span.start)
          .map(({ span }) => this.#lines.lineOf(file, span.start + unit.start)),
      );
      const source = this.#files.indexOf(file);
      const first = this.#knowledge.lines.get(file)?.[0] ?? 0;
      const quiet = [...lines].filter(line => !active.has(line)).sort((a, b) => a - b);
      for (const line of source < 0 ? [] : quiet) {
        found.push({
          text: 'No other thread can notice what this does.',
          at: { source, line: line - first, endLine: line - first },
        });
      }
    }
    return found;
  }
}

function loneText(name: string): string {
  return `A data race on ${name} alone does not count: it is one value that is read or written once, and never torn, though C leaves it undefined.`;
}

function sharedNames(knowledge: Knowledge): string[] {
  return [...knowledge.touchedBy]
    .flatMap(([key, threads]) => (threads.size > 1 ? [key.replace(/^=\|(?:.*\0)?/, '').replace('|', '->')] : []))
    .sort();
}
