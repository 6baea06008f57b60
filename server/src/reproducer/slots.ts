/** The Python text that runs a slot: `{o}` is the object, `{1}` and `{2}` are what the C function gets as those parameters. */

const TEXTS: Readonly<Record<string, string>> = {
  tp_repr: 'repr({o})',
  tp_str: 'str({o})',
  tp_hash: 'hash({o})',
  tp_iter: 'iter({o})',
  tp_iternext: 'next({o}, None)',
  tp_richcompare: '{o} == {o}',
  tp_getattro: 'getattr({o}, "name", None)',
  tp_setattro: 'setattr({o}, "name", Fresh())',
  tp_getattr: 'getattr({o}, "name", None)',
  tp_setattr: 'setattr({o}, "name", Fresh())',
  sq_length: 'len({o})',
  mp_length: 'len({o})',
  sq_item: '{o}[0]',
  sq_ass_item: '{o}[0] = {2}',
  mp_subscript: '{o}[{1}]',
  mp_ass_subscript: '{o}[{1}] = {2}',
  sq_contains: '{1} in {o}',
  sq_concat: '{o} + {o}',
  sq_repeat: '{o} * 2',
  bf_getbuffer: 'bytes(memoryview({o}))',
  nb_bool: 'bool({o})',
  nb_int: 'int({o})',
  nb_float: 'float({o})',
  nb_index: 'hex({o})',
  nb_negative: '-{o}',
  nb_positive: '+{o}',
  nb_invert: '~{o}',
  nb_absolute: 'abs({o})',
};

const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  remainder: '%',
  lshift: '<<',
  rshift: '>>',
  and: '&',
  xor: '^',
  or: '|',
  floor_divide: '//',
  true_divide: '/',
  matrix_multiply: '@',
};

/** Null: no Python text is known that runs it. */
export function textOfSlot(slot: string): string | null {
  if (Object.hasOwn(TEXTS, slot)) return TEXTS[slot] ?? null;
  const binary = /^nb_(?!inplace_)(\w+)$/.exec(slot)?.[1];
  const operator = binary !== undefined && Object.hasOwn(OPERATORS, binary) ? OPERATORS[binary] : undefined;
  return operator === undefined ? null : `{o} ${operator} {o}`;
}

/** Making an object and dropping it runs these. */
export function isLifeCycle(slot: string): boolean {
  return /^tp_(?:new|init|dealloc|finalize|del)$/.test(slot);
}

export function isStatement(text: string): boolean {
  return /\] = /.test(text);
}
