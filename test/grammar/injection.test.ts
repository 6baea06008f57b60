/** The injection grammar inside the real grammars of C and C++, drawn under the code. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';
import { GRAMMAR_FILE } from '../../scripts/grammar.ts';

const require = createRequire(import.meta.url);
const BASES: Record<string, string> = {
  'source.c': require.resolve('tm-grammars/grammars/c.json'),
  'source.cpp': require.resolve('tm-grammars/grammars/cpp.json'),
};

let registry: Registry;

beforeAll(async () => {
  await loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')));
  registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: async scope => {
      const file = scope === 'gilproof.injection' ? GRAMMAR_FILE : BASES[scope];
      return file === undefined ? null : parseRawGrammar(readFileSync(file, 'utf8'), file);
    },
    getInjections: scope => (scope in BASES ? ['gilproof.injection'] : []),
  });
});

/** Each line of code, and under it what our grammar marked. */
async function marked(scope: string, code: string): Promise<string> {
  const grammar = await registry.loadGrammar(scope);
  if (grammar === null) throw new Error(`no grammar for ${scope}`);
  let state = INITIAL;
  const lines: string[] = [];
  for (const line of code.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    lines.push(line);
    for (const { startIndex, endIndex, scopes } of tokens) {
      const ours = scopes.find(name => name.endsWith('.gilproof'));
      if (ours !== undefined) lines.push(`${' '.repeat(startIndex)}${'^'.repeat(endIndex - startIndex)} ${ours}`);
    }
  }
  return lines.join('\n');
}

const CODE = `static PyObject *get(Obj *self, PyObject *key) {
    Py_BEGIN_CRITICAL_SECTION(self);
    item = PyDict_GetItemWithError(self->dict, key); /* PyDict_GetItem(x) */
    // Py_END_CRITICAL_SECTION
    puts("PyMutex_Lock(&m)");
    Py_END_CRITICAL_SECTION();
    Py_BEGIN_ALLOW_THREADS
    n = read(fd, buffer, size);
    Py_END_ALLOW_THREADS
    PyMutex_Lock(&self->mutex); f = PyDict_GetItem; g = PyList_GetItemRef(l, 0);
    return PyList_GET_ITEM (self->list, 0);
}
#define LOCKED(o) do { Py_BEGIN_CRITICAL_SECTION2(o, o->peer); } while (0)`;

const MARKED = `static PyObject *get(Obj *self, PyObject *key) {
    Py_BEGIN_CRITICAL_SECTION(self);
    ^^^^^^^^^^^^^^^^^^^^^^^^^ keyword.control.lock.gilproof
    item = PyDict_GetItemWithError(self->dict, key); /* PyDict_GetItem(x) */
           ^^^^^^^^^^^^^^^^^^^^^^^ support.function.borrowed.gilproof
    // Py_END_CRITICAL_SECTION
    puts("PyMutex_Lock(&m)");
    Py_END_CRITICAL_SECTION();
    ^^^^^^^^^^^^^^^^^^^^^^^ keyword.control.lock.gilproof
    Py_BEGIN_ALLOW_THREADS
    ^^^^^^^^^^^^^^^^^^^^^^ keyword.control.gil.gilproof
    n = read(fd, buffer, size);
    Py_END_ALLOW_THREADS
    ^^^^^^^^^^^^^^^^^^^^ keyword.control.gil.gilproof
    PyMutex_Lock(&self->mutex); f = PyDict_GetItem; g = PyList_GetItemRef(l, 0);
    ^^^^^^^^^^^^ keyword.control.lock.gilproof
    return PyList_GET_ITEM (self->list, 0);
           ^^^^^^^^^^^^^^^ support.function.borrowed.gilproof
}
#define LOCKED(o) do { Py_BEGIN_CRITICAL_SECTION2(o, o->peer); } while (0)
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^ keyword.control.lock.gilproof`;

describe.each(Object.keys(BASES))('in %s', scope => {
  test('locks, GIL macros and borrowing calls are marked; comments, strings and mere names are not', async () => {
    expect(await marked(scope, CODE)).toBe(MARKED);
  });
});
