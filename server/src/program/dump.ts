/** Text form of lowered functions: for tests and for `explain`. One step a line: number, what it does, where it leads. */
import type { Callee, CType, FunctionBody, Lock, Op, Place, Step, Value } from './model.ts';

export function dumpFunction(body: FunctionBody): string {
  const lines = [`${dumpType(body.returnType)} ${body.qualifiedName}(${dumpParameters(body)})`];
  body.steps.forEach((step, index) => lines.push(`${index}: ${dumpStep(body, step, index)}`));
  return lines.join('\n');
}

function dumpParameters(body: FunctionBody): string {
  return body.locals
    .slice(0, body.parameters)
    .map(({ name, type }) => `${dumpType(type)} ${name}`.trim())
    .join(', ');
}

export function dumpType(type: CType): string {
  const words = [type.const && 'const', type.atomic && 'atomic', type.volatile && 'volatile', type.base].filter(
    Boolean,
  );
  const text = words.join(' ') + '*'.repeat(type.pointers) + (type.array ? '[]' : '');
  return type.callable ? `${text}()` : text;
}

function dumpStep(body: FunctionBody, step: Step, index: number): string {
  const what = dumpOp(body, step.op);
  const macro = step.macro === undefined ? '' : `  [${step.macro}]`;
  const { next } = step;
  const falls = next.length === 1 && next[0] === index + 1;
  const where = falls || next.length === 0 ? '' : ` -> ${next.join(' ')}`;
  return `${what}${where}${macro}`;
}

function dumpOp(body: FunctionBody, op: Op): string {
  const value = (v: Value): string => dumpValue(body, v);
  const place = (p: Place): string => dumpPlace(body, p);
  switch (op.kind) {
    case 'entry':
    case 'unread':
      return op.kind;
    case 'join':
      return op.label === undefined ? 'join' : `${op.label}:`;
    case 'load':
      return `load ${place(op.place)}`;
    case 'store':
      return `${place(op.place)} ${op.initializes ? ':=' : '='} ${value(op.value)}`;
    case 'update':
      return `${place(op.place)} ${op.operator}= ${value(op.operand)} (${op.yields})`;
    case 'call':
      return `call ${dumpCallee(body, op.callee)}(${op.args.map(value).join(', ')})`;
    case 'branch':
      return `if ${value(op.condition)}`;
    case 'switch':
      return `switch ${value(op.value)} [${op.cases.map(c => (c === null ? 'default' : value(c))).join(', ')}]`;
    case 'acquire':
    case 'release':
      return `${op.kind} ${dumpLock(body, op.lock)}`;
    case 'attach':
    case 'detach':
      return `${op.kind} ${op.by}`;
    case 'return':
      return op.value === null ? 'return' : `return ${value(op.value)}`;
  }
}

function dumpCallee(body: FunctionBody, callee: Callee): string {
  if (callee.kind === 'named') return callee.name;
  return `*${callee.name === null ? dumpValue(body, callee.value) : `${callee.name}<${dumpValue(body, callee.value)}>`}`;
}

function dumpLock(body: FunctionBody, lock: Lock): string {
  const targets = lock.targets.map(target => dumpValue(body, target)).join(', ');
  return `${lock.kind}(${targets}) by ${lock.by}`;
}

function dumpValue(body: FunctionBody, value: Value): string {
  switch (value.kind) {
    case 'unknown':
      return '?';
    case 'int':
      return String(value.value);
    case 'string':
      return JSON.stringify(value.text);
    case 'null':
      return 'NULL';
    case 'local':
      return localName(body, value.local);
    case 'result':
      return `#${value.step}`;
    case 'address':
      return `&${dumpPlace(body, value.place)}`;
    case 'function':
      return `${value.name}()`;
    case 'symbol':
      return value.name;
    case 'operation': {
      const operands = value.operands.map(operand => dumpValue(body, operand));
      if (operands.length === 2) return `(${operands[0]} ${value.operator} ${operands[1]})`;
      return operands.length === 1 ? `${value.operator}${operands[0]}` : `${value.operator}(${operands.join(', ')})`;
    }
  }
}

function localName(body: FunctionBody, local: number): string {
  const name = body.locals[local]?.name ?? '?';
  return name === '' ? `t${local}` : name;
}

function dumpPlace(body: FunctionBody, place: Place): string {
  switch (place.kind) {
    case 'local':
      return localName(body, place.local);
    case 'global':
      return `@${place.name}`;
    case 'field': {
      const owner = place.struct === null ? '' : `${place.struct}::`;
      return `${dumpBase(body, place.base)}${owner}${place.field}`;
    }
    case 'element':
      return `${dumpValue(body, place.base)}[${dumpValue(body, place.index)}]`;
    case 'deref':
      return `*${dumpValue(body, place.pointer)}`;
    case 'unknown':
      return '?';
  }
}

function dumpBase(body: FunctionBody, base: Value): string {
  return base.kind === 'address' ? `${dumpPlace(body, base.place)}.` : `${dumpValue(body, base)}->`;
}
