/** `goto`, labels, `break` and `continue`, with the C++ guards that they leave behind. */
import type { Label, Lowering } from './lowering.ts';

export function jump(lowering: Lowering, node: number, way: 'break' | 'continue'): void {
  const target = lowering.breakables.findLast(breakable => way === 'break' || breakable.continues !== null);
  lowering.emit({ kind: 'join' }, node);
  if (!target) return;
  unwind(lowering, node, target.depth);
  (way === 'break' ? target.breaks : target.continues!).push(...lowering.graph.cut());
}

/** Undoes C++ guards when control leaves to the block at `depth`. */
export function unwind(lowering: Lowering, node: number, depth: number): void {
  for (const guard of lowering.scope.guardsDownTo(depth)) {
    if (guard.leave === 'release' && guard.lock) lowering.emit({ kind: 'release', lock: guard.lock }, node);
    else if (guard.leave !== 'release') lowering.emit({ kind: guard.leave, by: guard.by }, node);
  }
}

export function lowerGoto(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const nameNode = source.child(node, 'label');
  const name = nameNode < 0 ? '' : source.textOf(nameNode);
  lowering.emit({ kind: 'join' }, node);
  const label = labelNamed(lowering, name);
  // Labels stand in the function's own block nearly always; guards above it are left by the jump.
  unwind(lowering, node, lowering.labelDepth(name));
  const exits = lowering.graph.cut();
  if (label.step >= 0) lowering.graph.lead(exits, label.step);
  else label.waiting.push(exits);
}

export function enterLabel(lowering: Lowering, node: number, name: string): void {
  const label = labelNamed(lowering, name);
  for (const exits of label.waiting) lowering.graph.continueFrom(exits);
  label.waiting.length = 0;
  label.step = lowering.emit({ kind: 'join', label: name }, node);
}

function labelNamed(lowering: Lowering, name: string): Label {
  let label = lowering.labels.get(name);
  if (!label) lowering.labels.set(name, (label = { step: -1, waiting: [] }));
  return label;
}
