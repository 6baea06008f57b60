/** Writes out what a known macro does (`effects.ts`) as steps. */
import { argument, call, mark, type Of, typedInt, type Use, values } from './effect-use.ts';
import type { Effect } from './effects.ts';
import { unwind } from './jumps.ts';
import { acquire, beginSection, changeThread, endSection, release, tryAcquire } from './lock-effects.ts';
import { type Lowering, NULL_VALUE, UNKNOWN } from './lowering.ts';
import type { CType, Value } from './model.ts';
import { addressOf, capturePlace, memberPlace, readPlace, variablePlace } from './places.ts';
import { namedType, pointerTo, UNKNOWN_TYPE } from './types.ts';

export function applyEffect(
  lowering: Lowering,
  node: number,
  name: string,
  effect: Effect,
  args: readonly number[],
): Value {
  const { macro } = lowering;
  const use: Use = { lowering, node, name, args };
  const apply = EFFECTS[effect.does] as (use: Use, effect: Effect) => Value;
  const value = apply(use, effect);
  lowering.macro = macro;
  return value;
}

type Appliers = { readonly [Does in Effect['does']]: (use: Use, effect: Of<Does>) => Value };

/** What a sole parameter is asserted to be. */
const TUPLE_TEST = /^PyTuple_Check(?:Exact)?\s*\(\s*(\w+)\s*\)$/;

const EFFECTS: Appliers = {
  return: (use, effect) => leave(use, effect.symbol === null ? null : { kind: 'symbol', name: effect.symbol }),
  'return-call': (use, effect) => {
    const args = values(use);
    mark(use);
    return leave(use, call(use, effect.callee, args));
  },
  'return-operation': (use, effect) =>
    leave(use, { kind: 'operation', operator: effect.operator, operands: values(use) }),
  clear: (use, effect) => overwrite(use, effect.drop, () => NULL_VALUE),
  replace: (use, effect) => overwrite(use, effect.drop, () => use.lowering.value(argument(use, 1))),
  visit: applyVisit,
  'assign-call': applyAssignCall,
  'store-field': (use, effect) => {
    const { lowering, node } = use;
    const base = lowering.value(argument(use, 0));
    const owner = ownStruct(lowering) ?? namedType(effect.otherwise, 1);
    const value = lowering.value(argument(use, 1));
    mark(use);
    lowering.emit({ kind: 'store', place: memberPlace(lowering, base, owner, effect.field), value }, node);
    return value;
  },
  'load-field': (use, effect) => {
    const { lowering, node } = use;
    const base = lowering.value(argument(use, 0));
    const owner = ownStruct(lowering);
    if (!owner) return call(use, use.name, [base]);
    mark(use);
    return readPlace(lowering, memberPlace(lowering, base, owner, effect.field), node);
  },
  'store-global': (use, effect) => {
    mark(use);
    const value = call(use, effect.callee, []);
    use.lowering.emit({ kind: 'store', place: { kind: 'global', name: effect.global }, value }, use.node);
    return value;
  },
  attach: changeThread,
  detach: changeThread,
  acquire,
  'try-acquire': tryAcquire,
  release,
  'begin-section': beginSection,
  'end-section': endSection,
  'assert-locked': use => {
    // The operand is evaluated without steps of its own only when it is a plain name; anything else is a read anyway.
    use.lowering.assertsLocked.push(...values(use));
    return UNKNOWN;
  },
  assert: use => {
    const { lowering } = use;
    const { source } = lowering.frame;
    const [asserted] = use.args;
    const name = asserted === undefined ? undefined : TUPLE_TEST.exec(source.textOf(asserted))?.[1];
    const variable = name === undefined ? undefined : lowering.scope.find(name);
    if (variable?.kind === 'local' && lowering.scope.locals[variable.local]?.parameter === true)
      lowering.assertsTuples.add(variable.local);
    return typedInt(use, 0);
  },
  value: (use, effect) => {
    const value = use.lowering.value(argument(use, effect.argument));
    if (effect.type !== undefined) use.lowering.type = use.lowering.readType(argument(use, effect.type));
    else if (use.name.endsWith('_CAST')) use.lowering.type = namedType(castTarget(use), 1);
    return value;
  },
  'by-address': use => {
    const { lowering } = use;
    const first = argument(use, 0);
    const place = addressOf(lowering.place(first));
    const { type } = lowering;
    const rest = use.args.slice(1).map(arg => lowering.value(arg));
    const result = call(use, use.name, [place, ...rest]);
    lowering.type = type;
    return result;
  },
  operation: (use, effect) => {
    const operands = values(use);
    use.lowering.type = namedType('int');
    return { kind: 'operation', operator: effect.operator, operands };
  },
  opaque: (use, effect) => {
    const { lowering } = use;
    lowering.type = effect.type === undefined ? namedType('int') : lowering.readType(argument(use, effect.type));
    return { kind: 'symbol', name: lowering.frame.source.originalOf(use.node) };
  },
  allocate: (use, effect) => {
    const { lowering } = use;
    const typeNode = argument(use, effect.type);
    const result = call(
      use,
      use.name,
      use.args.map(arg => (arg === typeNode ? typeSymbol(use, arg) : lowering.value(arg))),
    );
    lowering.type = typeNode < 0 ? UNKNOWN_TYPE : pointerTo(lowering.readType(typeNode));
    return result;
  },
  nothing: use => typedInt(use, 0),
  exit: use => {
    const args = values(use);
    call(use, use.name, args);
    use.lowering.graph.cut();
    return UNKNOWN;
  },
};

/** The type of the last value, when it points to a struct whose definition we see. Sizes of lists are not sizes of queues. */
function ownStruct(lowering: Lowering): CType | null {
  const { type } = lowering;
  const name = lowering.env.structName(type);
  return name !== null && lowering.env.struct(name) ? type : null;
}

function typeSymbol(use: Use, node: number): Value {
  return { kind: 'symbol', name: use.lowering.frame.source.textOf(node) };
}

/** `_PyList_CAST` and `Box_CAST` name the struct that they cast to, with or without `Object`. */
function castTarget({ name, lowering }: Use): string {
  const target = name.replace(/^_/, '').replace(/_CAST$/, '');
  return target.endsWith('Object') || lowering.env.struct(target) ? target : `${target}Object`;
}

function leave(use: Use, value: Value | null): Value {
  const { lowering, node } = use;
  mark(use);
  unwind(lowering, node, lowering.bodyDepth);
  lowering.emit({ kind: 'return', value }, node);
  lowering.graph.cut();
  return UNKNOWN;
}

/** The new value is evaluated before the old one is read, as the macro's arguments are in CPython. */
function overwrite(use: Use, drop: string, fresh: () => Value): Value {
  const { lowering, node } = use;
  const place = lowering.place(argument(use, 0));
  const { type } = lowering;
  const value = fresh();
  mark(use);
  lowering.type = type;
  const old = capturePlace(lowering, place, node);
  lowering.emit({ kind: 'store', place, value }, node);
  call(use, drop, [old]);
  return UNKNOWN;
}

function applyVisit(use: Use): Value {
  const { lowering, node } = use;
  const { graph } = lowering;
  const value = lowering.value(argument(use, 0));
  mark(use);
  const present = lowering.emit({ kind: 'branch', condition: value }, node);
  graph.cut();
  graph.continueFrom(graph.exit(present, 0));
  const visit = variablePlace(lowering, 'visit');
  const arg = variablePlace(lowering, 'arg');
  const callee: Value = visit ? readPlace(lowering, visit, node) : { kind: 'symbol', name: 'visit' };
  const second: Value = arg ? readPlace(lowering, arg, node) : { kind: 'symbol', name: 'arg' };
  const own = lowering.span(node);
  const visited = lowering.result(
    {
      kind: 'call',
      callee: { kind: 'pointer', value: callee, name: 'visit' },
      args: [value, second],
      argSpans: [lowering.span(argument(use, 0) < 0 ? node : argument(use, 0)), own],
    },
    node,
  );
  const stop = lowering.emit({ kind: 'branch', condition: visited }, node);
  graph.cut();
  graph.continueFrom(graph.exit(stop, 0));
  lowering.emit({ kind: 'return', value: visited }, node);
  graph.cut();
  graph.continueFrom(graph.exit(present, 1));
  graph.continueFrom(graph.exit(stop, 1));
  return UNKNOWN;
}

function applyAssignCall(use: Use, effect: Of<'assign-call'>): Value {
  const { lowering, node } = use;
  const place = lowering.place(argument(use, 0));
  const { type } = lowering;
  const size = lowering.value(argument(use, 2));
  mark(use);
  lowering.type = type;
  const old = readPlace(lowering, place, node);
  const fresh = call(use, effect.callee, [old, size]);
  lowering.emit({ kind: 'store', place, value: fresh }, node);
  lowering.type = type;
  return fresh;
}
