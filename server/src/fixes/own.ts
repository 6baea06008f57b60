/**
 * A local that borrowed a reference now owns one: releases it at the end of its last use and on every way out before that,
 * hands it on where it was returned with a new reference, and takes away the increments that have become redundant.
 */
import { apiFact } from '../capi/facts.ts';
import { openBrace } from './bracket.ts';
import type { Edits } from './edits.ts';
import { completes, type Exit, exitsOf, gotosTo, indentUnit, labelOf, labelsBetween } from './exits.ts';
import { withFollowers } from './followers.ts';
import { CannotFix } from './model.ts';
import { type Nullness, nullnessAt, verdictOf } from './null-tests.ts';
import type { FixSite } from './site.ts';

export interface Owned {
  /** The variable. */
  readonly name: string;
  /** Expressions that stand for it in the text, the name itself included, without white space. */
  readonly spellings: ReadonlySet<string>;
  /** Where it is used after the take. */
  readonly uses: readonly number[];
  /** Other places that need the object to live: uses of what was borrowed from it. */
  readonly extent?: readonly number[];
  /** The list that the take stands in, and the member from which on the variable owns. */
  readonly block: number;
  readonly from: number;
  /** It can't be NULL where it begins to own. */
  readonly set?: boolean;
  /** What the fix does where there is no object, before that: it may jump to a label further down. */
  readonly otherwise?: readonly string[];
}

export function own(site: FixSite, edits: Edits, owned: Owned): void {
  new Owner(site, edits, owned).rewrite();
}

const HANDED_OUT = 'The function hands out the borrowed reference: its callers would have to release it.';

class Owner {
  readonly #site: FixSite;
  readonly #edits: Edits;
  readonly #owned: Owned;
  readonly #members: readonly number[];
  readonly #skipped = new Set<number>();
  /** Names of pointers that hold only as long as the owned reference does. */
  readonly #lent = new Set<string>();

  constructor(site: FixSite, edits: Edits, owned: Owned) {
    this.#site = site;
    this.#edits = edits;
    this.#owned = owned;
    this.#members = site.members(owned.block);
  }

  rewrite(): void {
    const { from } = this.#owned;
    for (const use of this.#owned.uses) {
      this.#refuseWrites(use);
      this.#refuseGivingAway(use);
    }
    const extent = this.#owned.extent ?? [];
    const { nodes: all, lent } = withFollowers(this.#site, [...this.#owned.uses, ...extent]);
    for (const node of extent) this.#lent.add(this.#site.source.textOf(node));
    for (const name of lent) this.#lent.add(name);
    const last = Math.max(from - 1, ...all.map(use => this.#memberOf(use)));
    const end = this.#members[last];
    if (end === undefined || last < from) {
      const at = this.#members[from - 1];
      if (at !== undefined)
        this.#edits.lineAfter(this.#site.endOf(at), this.#site.startOf(at), this.#release(this.#owned.set === true));
      return;
    }
    const first = this.#members[from] ?? end;
    const span = { start: this.#site.startOf(first), end: this.#site.endOf(end) };
    this.#refuseJumpsInto(span);
    for (const exit of exitsOf(this.#site, span)) this.#leave(exit, all);
    if (!completes(this.#site, end) || this.#isNullBehind(end)) return;
    const known = this.#stateAt(end, span.end) === 'set' || this.#isSetBehind(end);
    if (!this.#takesIncrementBack(end, true))
      this.#edits.lineAfter(span.end, this.#site.startOf(this.#unlabelled(end)), this.#release(known));
  }

  /** A label stands further out than the code around it. */
  #unlabelled(member: number): number {
    const { source } = this.#site;
    return source.kind(member) === 'labeled_statement' ? (source.named(member).at(-1) ?? member) : member;
  }

  #release(known: boolean): string {
    return `${known ? 'Py_DECREF' : 'Py_XDECREF'}(${this.#owned.name});`;
  }

  /** `until`: where the question is asked, when that is not the beginning of the node. */
  #stateAt(node: number, until = this.#site.startOf(node)): Nullness {
    const state = this.#testedAt(node);
    if (state === 'unknown') return state;
    const start = this.#site.startOf(this.#members[this.#owned.from] ?? node);
    const jumps = labelsBetween(this.#site, start, until).flatMap(label => [
      ...gotosTo(this.#site, label).map(jump => this.#testedAt(jump)),
      ...(this.#owned.otherwise?.includes(`goto ${label};`) === true ? ['null' as const] : []),
    ]);
    return jumps.every(one => one === state) ? state : 'unknown';
  }

  /** As far as tests tell that control has passed on its way down. */
  #testedAt(node: number): Nullness {
    const { spellings, block, from, set } = this.#owned;
    const state = nullnessAt(this.#site, node, spellings, block, this.#members[from] ?? -1);
    return state === 'unknown' && set === true ? 'set' : state;
  }

  #isNullBehind(member: number): boolean {
    return this.#behind(member) === 'null';
  }

  #isSetBehind(member: number): boolean {
    return this.#behind(member) === 'set';
  }

  /** `if (v != NULL) return …;` */
  #behind(member: number): Nullness {
    const { source } = this.#site;
    if (source.kind(member) !== 'if_statement') return 'unknown';
    const verdict = verdictOf(this.#site, source.child(member, 'condition'), this.#owned.spellings);
    if (!completes(this.#site, source.child(member, 'consequence'))) return verdict.whenFalse;
    const otherwise = source.child(member, 'alternative');
    return otherwise >= 0 && !completes(this.#site, otherwise) ? verdict.whenTrue : 'unknown';
  }

  #memberOf(node: number): number {
    for (const ancestor of this.#site.ancestors(node)) {
      const index = this.#members.indexOf(ancestor);
      if (index >= 0) return index;
    }
    throw new CannotFix(`\`${this.#owned.name}\` is used outside of the block in which the reference is taken.`);
  }

  #refuseWrites(use: number): void {
    const { source } = this.#site;
    const parent = source.parent(use);
    const kind = source.kind(parent);
    const { name } = this.#owned;
    const left = kind === 'assignment_expression' && source.child(parent, 'left') === use;
    if (left || kind === 'update_expression') throw new CannotFix(`\`${name}\` is given another value in between.`);
    if (kind === 'pointer_expression' && source.textOf(parent).startsWith('&'))
      throw new CannotFix(`The address of \`${name}\` is handed out, so its value can't be followed.`);
    const call = source.parent(parent);
    if (kind === 'argument_list' && /^Py_(?:CLEAR|X?SETREF)$/.test(source.textOf(source.child(call, 'function'))))
      throw new CannotFix(`\`${name}\` is given another value in between.`);
  }

  /** Kept by somebody without a reference of their own: what was lent for long before would now be freed. */
  #refuseGivingAway(use: number): void {
    const { source } = this.#site;
    let value = use;
    while (/^(?:parenthesized|cast)_expression$/.test(source.kind(source.parent(value)))) value = source.parent(value);
    const holder = source.parent(value);
    const stored =
      source.kind(holder) === 'assignment_expression' &&
      source.child(holder, 'right') === value &&
      source.kind(source.child(holder, 'left')) !== 'identifier';
    const call = source.kind(holder) === 'argument_list' ? source.parent(holder) : -1;
    const position = call < 0 ? -1 : source.named(holder).indexOf(value);
    const stolen =
      call >= 0 && apiFact(source.textOf(source.child(call, 'function')))?.steals.includes(position) === true;
    if (!stored && !stolen) return;
    const taken = new RegExp(
      `\\bPy_X?INCREF\\s*\\(\\s*(?:\\(PyObject \\*\\)\\s*)?${source.textOf(use).replace(/[^\w]/g, '\\$&')}\\s*\\)`,
    );
    if (!taken.test(source.textOf(this.#site.block)))
      throw new CannotFix(`\`${this.#owned.name}\` is kept elsewhere without a reference of its own.`);
  }

  #refuseJumpsInto(span: { start: number; end: number }): void {
    const { source } = this.#site;
    const inside = (node: number): boolean =>
      span.start <= this.#site.startOf(node) && this.#site.endOf(node) <= span.end;
    for (const node of this.#site.nodes(this.#site.block, 'goto_statement')) {
      const target = labelOf(this.#site, source.textOf(source.child(node, 'label')));
      if (!inside(node) && target >= 0 && inside(target))
        throw new CannotFix(`A jump leads past the place where \`${this.#owned.name}\` gets its reference.`);
    }
  }

  /** Releases before control leaves. */
  #leave(exit: Exit, all: readonly number[]): void {
    const { source } = this.#site;
    const state = this.#stateAt(exit.node);
    if (state === 'null') return;
    const release = this.#release(state === 'set');
    const value = exit.valueNode;
    if (value >= 0) {
      const direct = this.#directValue(value);
      if (direct === 'new') return this.#handOver(value);
      if (direct === 'same') {
        if (this.#takesIncrementBack(exit.node, false)) return;
        throw new CannotFix(HANDED_OUT);
      }
      const lent = this.#site.source.textOf(this.#bare(value));
      if (this.#lent.has(lent) && !this.#hasReference(exit.node, lent)) throw new CannotFix(HANDED_OUT);
      const inside = all.some(
        use => this.#site.startOf(value) <= this.#site.startOf(use) && this.#site.endOf(use) <= this.#site.endOf(value),
      );
      // A variable that was computed before needs nothing of what is let go of now.
      if (inside && source.kind(this.#bare(value)) !== 'identifier') return this.#throughResult(exit, release);
    }
    if (this.#takesIncrementBack(exit.node, true)) return;
    if (this.#site.isInSequence(exit.node)) this.#edits.lineBefore(exit.span.start, release);
    else this.#inBraces(exit.node, inner => this.#edits.insert(exit.span.start, `${release}\n${inner}`));
  }

  /** `return v`, `return Py_NewRef(v)`, or something else. */
  #directValue(value: number): 'same' | 'new' | 'other' {
    const { source } = this.#site;
    const node = this.#bare(value);
    if (this.#isUse(node)) return 'same';
    if (source.kind(node) !== 'call_expression' || !/^Py_X?NewRef$/.test(source.textOf(source.child(node, 'function'))))
      return 'other';
    const argument = source.firstNamed(source.child(node, 'arguments'));
    return argument >= 0 && this.#isUse(this.#bare(argument)) ? 'new' : 'other';
  }

  #isUse(node: number): boolean {
    return this.#owned.spellings.has(this.#site.source.textOf(node).replace(/\s+/g, ''));
  }

  /** Without casts and parentheses. */
  #bare(node: number): number {
    const { source } = this.#site;
    let inner = source.unwrap(node);
    while (source.kind(inner) === 'cast_expression') inner = source.unwrap(source.child(inner, 'value'));
    return inner;
  }

  /** `Py_NewRef(v)` becomes `v`: the reference that it owns goes on. */
  #handOver(value: number): void {
    const { source } = this.#site;
    const call = this.#bare(value);
    const argument = source.firstNamed(source.child(call, 'arguments'));
    const local = this.#site.body.locals.find(one => one.name === this.#owned.name);
    const returned = this.#site.body.returnType.base;
    const cast =
      local !== undefined &&
      local.type.base !== 'PyObject' &&
      returned === 'PyObject' &&
      source.kind(source.unwrap(value)) !== 'cast_expression' &&
      source.kind(source.unwrap(argument)) !== 'cast_expression'
        ? '(PyObject *)'
        : '';
    this.#edits.replace({ start: this.#site.startOf(call), end: this.#site.startOf(argument) }, cast);
    this.#edits.replace({ start: this.#site.endOf(argument), end: this.#site.endOf(call) }, '');
  }

  /** `return f(v);` becomes a variable, the release, and the return of the variable. */
  #throughResult(exit: Exit, release: string): void {
    const name = this.#site.freshName('result', 'outcome');
    const write = (inner: string): void => {
      const start = { start: exit.span.start, end: this.#site.startOf(exit.valueNode) };
      this.#edits.replace(start, `${this.#site.returnType}${name} = `);
      this.#edits.insert(this.#edits.behindComment(exit.span.end), `\n${inner}${release}\n${inner}return ${name};`);
    };
    if (this.#site.isList(this.#site.source.parent(exit.node))) write(this.#edits.indentAt(exit.span.start));
    else this.#inBraces(exit.node, write);
  }

  #inBraces(node: number, write: (inner: string) => void): void {
    const outer = this.#edits.indentAt(this.#site.startOf(this.#site.source.parent(node)));
    const inner = outer + indentUnit(this.#site);
    openBrace(this.#site, this.#edits, node, inner);
    write(inner);
    this.#edits.insert(this.#edits.behindComment(this.#site.endOf(node)), `\n${outer}}`);
  }

  /** A reference was taken among the statements before. */
  #hasReference(node: number, name: string): boolean {
    const { source } = this.#site;
    const block = source.parent(node);
    return (
      this.#site.isList(block) &&
      this.#site
        .members(block)
        .some(member => new RegExp(`^Py_X?INCREF\\s*\\(\\s*${name}\\s*\\)`).test(source.textOf(member)))
    );
  }

  /** Removes `Py_INCREF(v);` among the statements before the node when nothing leaves in between: it and a release cancel. */
  #takesIncrementBack(node: number, upTo: boolean): boolean {
    const { source } = this.#site;
    const block = source.parent(node);
    if (!this.#site.isList(block)) return false;
    const members = this.#site.members(block);
    const at = members.indexOf(node);
    for (let index = at - (upTo ? 0 : 1); index >= 0; index--) {
      const member = members[index] ?? -1;
      if (block === this.#owned.block && index < this.#owned.from) return false;
      const match = /^Py_X?INCREF\s*\(([\s\S]*)\)\s*;$/.exec(source.textOf(member));
      if (
        match !== null &&
        !this.#skipped.has(member) &&
        this.#owned.spellings.has((match[1] ?? '').replace(/\s+|\(PyObject\*\)/g, ''))
      ) {
        this.#skipped.add(member);
        this.#edits.removeLine(this.#site.spanOf(member));
        return true;
      }
      if (member !== node && exitsOf(this.#site, this.#site.spanOf(member)).length > 0) return false;
    }
    return false;
  }
}
