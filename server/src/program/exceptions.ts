/** C++ exceptions, as far as `try` and `throw` are written. */
import { unwind } from './jumps.ts';
import { declareLocals } from './local-declarations.ts';
import type { Lowering } from './lowering.ts';

/** The handlers may start after anything in the block: they follow its beginning and its end. */
export function lowerTry(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const entry = lowering.emit({ kind: 'branch', condition: { kind: 'symbol', name: 'try' } }, node);
  graph.cut();
  graph.continueFrom(graph.exit(entry, 0));
  const thrown: number[] = [];
  lowering.handlers.push({ depth: lowering.scope.block.depth, thrown });
  lowering.statement(source.child(node, 'body'));
  lowering.handlers.pop();
  const ends: number[] = [...graph.cut()];
  let entries: number[] = [...thrown, ...graph.exit(entry, 1)];
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.kind(child) !== 'catch_clause') continue;
    graph.continueFrom(entries);
    const test = lowering.emit({ kind: 'branch', condition: { kind: 'symbol', name: 'catch' } }, child);
    graph.cut();
    entries = [...graph.exit(test, 1)];
    graph.continueFrom(graph.exit(test, 0));
    lowering.scope.enter();
    const parameters = source.child(child, 'parameters');
    if (parameters >= 0) for (const parameter of source.named(parameters)) declareLocals(lowering, parameter);
    lowering.statement(source.child(child, 'body'));
    lowering.scope.leave();
    ends.push(...graph.cut());
  }
  // What no handler takes leaves the function.
  graph.continueFrom(entries);
  if (graph.reachable) leaveByException(lowering, node);
  graph.continueFrom(ends);
}

export function lowerThrow(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const thrown = source.firstNamed(node);
  if (thrown >= 0) lowering.value(thrown);
  leaveByException(lowering, node);
}

function leaveByException(lowering: Lowering, node: number): void {
  const handler = lowering.handlers.at(-1);
  unwind(lowering, node, handler?.depth ?? lowering.bodyDepth);
  if (handler) {
    lowering.emit({ kind: 'join' }, node);
    handler.thrown.push(...lowering.graph.cut());
    return;
  }
  const { macro } = lowering;
  lowering.macro = 'throw';
  lowering.emit({ kind: 'return', value: null }, node);
  lowering.macro = macro;
  lowering.graph.cut();
}
