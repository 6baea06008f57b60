/** C++ binding libraries (pybind11, nanobind, Boost.Python): how code hands functions and classes to Python without tables. */

import type { FunctionBody, Value } from '../program/model.ts';

const MODULE = /^(?:PYBIND11_(?:EMBEDDED_|PLUGIN_)?MODULE|NB_MODULE|BOOST_PYTHON_MODULE(?:_INIT)?)$/;

/** The macro in front of a module's initialisation, which stands where a function's name would. */
export function isBindingModule(functionName: string): boolean {
  return MODULE.test(functionName);
}

const BINDS =
  /(?:^|::)(?:def(?:_\w+)?|add_property|init|new_|pickle|overload_cast|vectorize|cpp_function|make_function|enable_pickling)$/;

/** Functions that are given to such a call become functions, methods and properties that Python code calls. */
export function bindsFunctions(callee: string): boolean {
  return BINDS.test(callee.replace(/<[^]*$/, ''));
}

/** `py::class_<Mesh, Options…>`: the class whose instances Python code holds and hands to any thread; null for other names. */
export function boundClass(name: string): string | null {
  return /(?:^|::)class_<\s*([\w:]+)/.exec(name)?.[1] ?? null;
}

/** nanobind: the call that gives the function to Python says that its object is locked around it, `nb::lock_self()`. */
export function isCalledWithSelfLocked(body: FunctionBody, given: string): boolean {
  const asksForLock = (value: Value): boolean => {
    const made = value.kind === 'result' ? body.steps[value.step]?.op : undefined;
    return made?.kind === 'call' && /(?:^|::)lock_self$/.test(made.callee.name ?? '');
  };
  return body.steps.some(
    ({ op }) =>
      op.kind === 'call' &&
      op.args.some(argument => argument.kind === 'function' && argument.name === given) &&
      op.args.some(asksForLock),
  );
}
