/** Learns from `#define` lines how a project's macros read: nobody lists them. */
import type { MacroDefinition } from '../program/model.ts';
import {
  KEYWORDS,
  type LearntMacros,
  type MacroShape,
  nothingLearnt,
  QUALIFIERS,
  shapeOf,
  TYPE_WORDS,
} from './macros.ts';

const WORD = /[A-Za-z_$][\w$]*/g;

/** Attributes whose arguments may be anything. */
const CALLED_ATTRIBUTE =
  /(?:__attribute__|__attribute|__declspec|__pragma|_Pragma|alignas|_Alignas)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[\[[^\]]*\]\]/g;

type Shapes = Map<string, MacroShape>;

interface Lesson {
  readonly shapes: Shapes;
  readonly threadLocal: Set<string>;
}

const THREAD_LOCAL = /\b(?:_?_?thread_local|_Thread_local|__thread|__declspec\s*\(\s*thread\s*\))(?!\w)/;

/** Whether a text holds nothing but attributes and qualifiers. */
function isDecoration(text: string, shapes: Shapes): boolean {
  const rest = text.replace(CALLED_ATTRIBUTE, ' ');
  if (/[^\w\s"]|\b\d/.test(rest)) return false;
  for (const [word] of rest.replace(/"[^"]*"/g, ' ').matchAll(WORD)) {
    if (TYPE_WORDS.has(word)) return false;
    if (
      !QUALIFIERS.has(word) &&
      !/^__(?:cdecl|stdcall|fastcall|vectorcall)$/.test(word) &&
      shapes.get(word) !== 'attribute'
    )
      return false;
  }
  return true;
}

function shapeOfDefinition({ parameters, body }: MacroDefinition, shapes: Shapes): MacroShape | null {
  if (body === '' || isDecoration(body, shapes)) return 'attribute';
  if (parameters?.length === 1) {
    const name = parameters[0]!;
    const at = body.search(new RegExp(`\\b${name.replace(/\W/g, '')}\\b`));
    if (at >= 0 && isDecoration(body.slice(0, at), shapes) && isDecoration(body.slice(at + name.length), shapes))
      return 'type';
  }
  const head = openHead(body);
  if (head !== null) return head;
  if (/^case\b/.test(body) && body.endsWith(':')) return 'label';
  if (body.startsWith('{') && body.endsWith('}')) return 'body';
  if (
    /^(?:do|if|for|while|switch|return|goto|break|continue)\b/.test(body) ||
    /[;}]$/.test(body) ||
    body.startsWith('{')
  )
    return 'statement';
  return null;
}

/** A body that ends in `for (…)`, `while (…)` or `if (…)`: the statement that follows the macro is the rest of it. */
function openHead(body: string): MacroShape | null {
  if (!body.endsWith(')')) return null;
  let depth = 0;
  let i = body.length;
  do {
    i--;
    if (body[i] === ')') depth++;
    else if (body[i] === '(') depth--;
  } while (i > 0 && depth > 0);
  const keyword = /(?:^|[;{})\s])(if|for|while)\s*$/.exec(body.slice(0, i))?.[1];
  return keyword === undefined || /\bdo\b/.test(body) ? null : keyword === 'if' ? 'if' : 'loop';
}

type Lists = readonly (readonly MacroDefinition[])[];

/** `own` wins over `inherited` (headers, a list for each). What the same lists gave before is taken over. */
export function learnMacros(own: readonly MacroDefinition[], inherited: Lists): LearntMacros {
  const base = lessonOf(inherited);
  const shapes = new Map(base.shapes);
  const threadLocal = new Set(base.threadLocal);
  learnInto({ shapes, threadLocal }, own);
  // Readings are only compared when they inherit the same lists: what the file itself defines is all that can differ.
  let key = '';
  for (const { name } of own) {
    const shape = shapes.get(name);
    if (shape !== undefined) key += `${name}=${shape}${threadLocal.has(name) ? ' thread' : ''};`;
  }
  return { shapes, threadLocal, key };
}

/** By the last list: with the same one at the end, all are mostly the same. */
const learntBefore = new WeakMap<readonly MacroDefinition[], { readonly lists: Lists; readonly lesson: Lesson }>();

function lessonOf(lists: Lists): Lesson {
  const last = lists.at(-1);
  const known = last === undefined ? undefined : learntBefore.get(last);
  if (known !== undefined && known.lists.length === lists.length && known.lists.every((list, i) => list === lists[i]))
    return known.lesson;
  const lesson: Lesson = { shapes: new Map(), threadLocal: new Set() };
  for (const list of lists) learnInto(lesson, list);
  if (last !== undefined) learntBefore.set(last, { lists, lesson });
  return lesson;
}

function learnInto({ shapes, threadLocal }: Lesson, definitions: readonly MacroDefinition[]): void {
  for (const definition of definitions) {
    const { name, body } = definition;
    if (isDecoration(body, shapes) && (THREAD_LOCAL.test(body) || threadLocal.has(body))) threadLocal.add(name);
    if (KEYWORDS.has(name) || /_H_?$/.test(name)) continue;
    const shape = shapeOfDefinition(definition, shapes) ?? aliasShape(definition, shapes);
    // Where a macro has several definitions, one that takes it away (`#define FOO`) tells least.
    if (shape !== null && (shape !== 'attribute' || !shapes.has(name))) shapes.set(name, shape);
  }
}

/** `#define LOCK Py_BEGIN_CRITICAL_SECTION` and `#define LOCK(o) Py_BEGIN_CRITICAL_SECTION(o)` read as what they name. */
function aliasShape({ body }: MacroDefinition, shapes: Shapes): MacroShape | null {
  const match = /^([A-Za-z_]\w*)\s*(?:\([^()]*\))?$/.exec(body);
  return match === null ? null : shapeOf(match[1]!, { ...nothingLearnt, shapes });
}
