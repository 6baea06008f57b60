/** Calls that take arguments apart. */
import type { Op } from '../../program/model.ts';
import type { Call } from './call.ts';
import { Containers } from './containers.ts';
import { int, type Symbol, unknown } from './symbols.ts';
import { kindOfType } from './types.ts';

/** `PyArg_ParseTuple` and its kind: what comes out are objects that the caller holds, or numbers that nothing decides. */
export function parse(call: Call, format: string): Symbol {
  const { walk, path, args } = call;
  const { body } = path.top;
  let nested = 0;
  for (const arg of args.slice(1)) {
    if (arg.kind !== 'slot') continue;
    const local = body.locals[arg.local];
    if (local === undefined || path.frames.length - 1 !== arg.frame) continue;
    const slot = `${arg.frame}:${arg.local}${arg.path}`;
    const isObject = kindOfType(local.type, walk.lane.memory.names) === 'object';
    if (isObject) {
      // What comes after the bar need not be given.
      if (format.includes('|') && walk.lane.memory.start.setting === 'empty' && isZero(walk.values.read(slot, path)))
        continue;
      if (format.includes('(')) {
        // What stands in parentheses comes out of a sequence that others may have, without a reference.
        const sequence = walk.lane.memory.object('the inner sequence', { type: 'list', python: true });
        walk.pinOnce(sequence);
        const item = new Containers({
          ...call,
          name: 'PyArg_ParseTuple',
          args: [{ kind: 'object', object: sequence }, int(nested++)],
        });
        walk.values.assign({ slot, type: null }, item.run({ does: 'borrow', from: 0, shape: 'list' }), path);
        continue;
      }
      const object = walk.lane.memory.object(walk.argumentName(local.name, path), {
        type: local.type.base,
        python: true,
      });
      walk.pinOnce(object);
      walk.values.assign({ slot, type: null }, { kind: 'object', object }, path);
    } else if (local.type.pointers > 0) walk.values.assign({ slot, type: null }, { kind: 'text' }, path);
    else walk.values.assign({ slot, type: null }, unknown(local.name), path);
  }
  return int(1);
}

function isZero(symbol: Symbol): boolean {
  return symbol.kind === 'int' && symbol.value === 0;
}

export function formatOf(op: Op & { kind: 'call' }): string {
  return op.args.flatMap(arg => (arg.kind === 'string' ? [arg.text] : [])).join(' ');
}
