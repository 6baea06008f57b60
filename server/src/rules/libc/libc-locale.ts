import type { Call } from '../../analysis/extension.ts';
import { parameterOf, rootOf } from '../../analysis/paths.ts';
import { LOCALE } from '../../capi/libc.ts';
import { type CallOp, libcRule } from '../support/libc.ts';

export const libcLocale = libcRule({
  id: 'libc-locale',
  title: 'Process-wide locale changed or borrowed',
  severity: 'corruption',
  together: true,
  functions: LOCALE,
  message: (fn, call, op) =>
    isLoneSetting(call, op) && isNameRead(call)
      ? `\`${fn.name}()\` returns a name that the next call frees: another thread can set the locale while it is read here. Lock around all calls and copy it.`
      : `\`${fn.name}()\` shares the one locale of the process: another thread formats and parses with it meanwhile. Use ${fn.instead}.`,
  // Asking for the name of the locale changes nothing; what is returned is usually copied at once.
  harmless: (_, op) => isCallOf(op, 'setlocale') && op.args[1]?.kind === 'null',
  // Who calls a function to set the locale of the process gets what was asked for.
  unsure: (call, op) => isLoneSetting(call, op) && isCallersName(call, op) && !isNameRead(call),
});

function isCallOf(op: CallOp, name: string): boolean {
  return op.callee.kind === 'named' && op.callee.name === name;
}

/** Sets the locale for good: the function does not set another before or after. */
function isLoneSetting({ function: view, step }: Call, op: CallOp): boolean {
  if (!isCallOf(op, 'setlocale')) return false;
  return !view.stepsOf('call').some(at => {
    const other = view.op(at);
    return at !== step && other?.kind === 'call' && isCallOf(other, 'setlocale') && other.args[1]?.kind !== 'null';
  });
}

/** The name of the locale comes from the caller. */
function isCallersName({ function: view, step }: Call, op: CallOp): boolean {
  const [, name] = op.args;
  return name !== undefined && name.kind !== 'string' && parameterOf(rootOf(view.path(name, step))) !== null;
}

/** More is done with the result than to see whether the call succeeded. */
function isNameRead({ function: view, step }: Call): boolean {
  return view.usesOf(step).some(use => use.role === 'argument' || use.role === 'returned' || use.role === 'base');
}
