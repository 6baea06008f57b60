/**
 * A file's outside, read without parsing: what it includes, which functions and variables it offers to other files, and which
 * names it mentions. Only grouping of files uses it (which files belong to one extension must be known before the first of
 * them is parsed, and must not change while a line is half typed). No rule ever sees it.
 */

import { apiFact } from '../capi/facts.ts';

export interface Outline {
  readonly includes: readonly string[];
  /** Functions with external linkage that are defined here, and classes (`Mesh::`) with methods defined here. */
  readonly defines: ReadonlySet<string>;
  /** Names called or taken as values in the text, and classes spoken of: only what could belong to another file. */
  readonly mentions: ReadonlySet<string>;
}

/** UTF-16 units of an `#include` that are looked at. */
const LONGEST_INCLUDE = 300;
const INCLUDED = /^include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/;

/**
 * A definition at the start of a line: the name alone (CPython's style) or after its return type, and an opening brace
 * before any semicolon. Loose on purpose: a name too many joins two files that are analysed together in vain.
 */
const DEFINITION =
  /^(?!static\b|typedef\b|return\b|else\b|#|extern\s+\w[^;{]*;)((?:[A-Za-z_][\w:<>]*[ \t*&]+)*)([A-Za-z_]\w*)[ \t]*\(([^;{}]{0,600})\)\s*(?:const\s*|noexcept\s*)*\{/gm;

/** C++: a method at the start of a line, with its class: `void Mesh::add(`, `Base<T>::size() const`. */
const METHOD =
  /^(?:[A-Za-z_][\w:<>,*& \t]{0,200}[ \t*&])?(?:\w+::)*([A-Za-z_]\w*)(?:<[^<>\n]{0,80}>)?::~?[A-Za-z_]\w*[ \t]*\(/gm;

/** C++: what may be a class: `Mesh::add`, `Mesh *mesh`, `class_<geo::Mesh>`. */
const CLASS = /\b([A-Za-z_]\w{2,})(?=::|[ \t]*[*&>])/g;

/** Shorter names say nothing. */
const SHORTEST_CALL = 4;

const KEYWORDS = new Set(['while', 'sizeof', 'switch', 'return', 'defined', 'offsetof', 'main', 'assert', 'catch']);

/**
 * Names of CPython itself join nothing: calls to the C API are known by facts, not by following them. Projects have names of
 * that look too (`PyArray_…`), and those do join.
 */
function isCPython(name: string): boolean {
  return /^_Py[A-Z_]|^Py_/.test(name) || apiFact(name) !== undefined;
}

/** Included names as written: `x.h` of `#include "x.h"`, `pkg/x.h` of `#include <pkg/x.h>`. */
export function includesOf(text: string): string[] {
  const names: string[] = [];
  // By plain search and not by an expression over all lines: this runs over the whole extension at every key.
  for (let at = text.indexOf('include'); at >= 0; at = text.indexOf('include', at + 7)) {
    const before = text.slice(text.lastIndexOf('\n', at) + 1, at);
    if (!/^[ \t]*#[ \t]*$/.test(before)) continue;
    const match = INCLUDED.exec(text.slice(at, at + LONGEST_INCLUDE));
    if (match) names.push(match[1] ?? match[2] ?? '');
  }
  return names;
}

export function outlineOf(text: string): Outline {
  const defines = new Set<string>();
  for (const match of text.matchAll(DEFINITION)) {
    const name = match[2] ?? '';
    if (KEYWORDS.has(name) || isCPython(name) || isStatic(text, match.index)) continue;
    defines.add(name);
  }
  const mentions = new Set<string>();
  // Who speaks of a class belongs to the file with its methods. Plain C has none of both.
  if (text.includes('::')) {
    for (const match of text.matchAll(METHOD)) defines.add(`${match[1]}::`);
    for (const match of text.matchAll(CLASS)) if (!defines.has(`${match[1]}::`)) mentions.add(`${match[1]}::`);
  }
  for (const name of calledIn(text))
    if (!defines.has(name) && !KEYWORDS.has(name) && !isCPython(name)) mentions.add(name);
  return { includes: includesOf(text), defines, mentions };
}

/** Names before an opening parenthesis, each once. From there backwards: an expression would be tried at every word of the text. */
function calledIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (let open = text.indexOf('('); open >= 0; open = text.indexOf('(', open + 1)) {
    let end = open;
    while (isBlank(text.charCodeAt(end - 1))) end--;
    let start = end;
    while (isWordCharacter(text.charCodeAt(start - 1))) start--;
    if (end - start >= SHORTEST_CALL && !isDigit(text.charCodeAt(start))) names.add(text.slice(start, end));
  }
  return names;
}

/** Space or a line break. All of these are false of what stands before the text. */
function isBlank(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isWordCharacter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || isDigit(c);
}

/** The line above says `static`: return type and name stand on lines of their own. */
function isStatic(text: string, offset: number): boolean {
  const end = offset - 1;
  const start = text.lastIndexOf('\n', end - 1) + 1;
  return /^\s*static\b[^;{}()]*$/.test(text.slice(start, end));
}
