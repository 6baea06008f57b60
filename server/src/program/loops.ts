/** Loops as control flow. */
import { lowerText } from './expansion.ts';
import { declareLocals } from './local-declarations.ts';
import { type Branches, type Lowering, UNKNOWN } from './lowering.ts';

export function lowerWhile(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const head = lowering.emit({ kind: 'join' }, node);
  const { yes, no } = macroLoop(lowering, node) ?? lowering.condition(source.child(node, 'condition'));
  graph.continueFrom(yes);
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.lead(graph.cut(), head);
  graph.lead(loop.continues, head);
  graph.continueFrom(no);
  graph.continueFrom(loop.breaks);
  lowering.scope.leave();
}

/**
 * `FOR_EACH(x, list) {`: a macro that the lens reads as a loop. It runs its arguments, as far as they are expressions, and goes
 * round an unknown number of times.
 */
function macroLoop(lowering: Lowering, node: number): Branches | null {
  const { source } = lowering.frame;
  const use = source.use(node);
  if (!use) return null;
  for (const argument of use.args) lowerText(lowering, node, source.written(argument));
  const step = lowering.emit({ kind: 'branch', condition: { kind: 'symbol', name: use.name } }, node);
  lowering.graph.cut();
  return { yes: lowering.graph.exit(step, 0), no: lowering.graph.exit(step, 1) };
}

export function lowerDo(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const condition = source.child(node, 'condition');
  const once = isZero(lowering, condition);
  // `do { … } while (0)` is a block, not a loop.
  const head = once ? -1 : lowering.emit({ kind: 'join' }, node);
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.continueFrom(loop.continues);
  if (lowering.frame.pin === null) lowering.statementSpan = lowering.span(node);
  if (!once) {
    const { yes, no } = lowering.condition(condition);
    graph.lead(yes, head);
    graph.continueFrom(no);
  }
  graph.continueFrom(loop.breaks);
}

function isZero(lowering: Lowering, condition: number): boolean {
  const { source } = lowering.frame;
  if (condition < 0) return true;
  const text = source.textOf(source.unwrap(condition));
  return text === '0' || text === 'false';
}

function enterLoop(lowering: Lowering): { breaks: number[]; continues: number[] } {
  const loop = { depth: lowering.scope.block.depth, breaks: [], continues: [], cases: null };
  lowering.breakables.push(loop);
  return loop;
}

export function lowerFor(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const header = lowering.frame.pin === null ? lowering.span(node) : lowering.statementSpan;
  const initializer = source.child(node, 'initializer');
  if (initializer >= 0) lowering.statement(initializer);
  lowering.statementSpan = header;
  const head = lowering.emit({ kind: 'join' }, node);
  const condition = source.child(node, 'condition');
  let leave: readonly number[] = [];
  const macro = macroLoop(lowering, node);
  if (macro || condition >= 0) {
    const { yes, no } = macro ?? lowering.condition(condition);
    leave = no;
    graph.continueFrom(yes);
  }
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.continueFrom(loop.continues);
  lowering.statementSpan = header;
  const update = source.child(node, 'update');
  if (update >= 0) lowering.value(update);
  graph.lead(graph.cut(), head);
  graph.continueFrom(leave);
  graph.continueFrom(loop.breaks);
  lowering.scope.leave();
}

function declareRangeVariable(lowering: Lowering, node: number): void {
  const before = lowering.scope.locals.length;
  declareLocals(lowering, node);
  for (let local = before; local < lowering.scope.locals.length; local++) {
    lowering.emit({ kind: 'store', place: { kind: 'local', local }, value: UNKNOWN, initializes: true }, node);
  }
}

/** C++ `for (auto x : range)`: the range is read once, each round stores something unknown to the variable. */
export function lowerRangeFor(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const range = lowering.value(source.child(node, 'right'));
  const head = lowering.emit({ kind: 'join' }, node);
  const step = lowering.emit(
    { kind: 'branch', condition: { kind: 'operation', operator: 'next', operands: [range] } },
    node,
  );
  graph.cut();
  graph.continueFrom(graph.exit(step, 0));
  declareRangeVariable(lowering, node);
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.lead(graph.cut(), head);
  graph.lead(loop.continues, head);
  graph.continueFrom(graph.exit(step, 1));
  graph.continueFrom(loop.breaks);
  lowering.scope.leave();
}
