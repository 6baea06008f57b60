/**
 * The whole framework: `h` makes plain nodes, `patch` makes the document like them. Elements are reused in place, so
 * that focus, scroll positions and selections survive a change of state.
 */

export type Attribute = string | number | boolean | undefined;

export interface VNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly children: readonly (VNode | string)[];
}

export type Child = VNode | string | false | null | undefined | readonly Child[];

/**
 * `true` is an empty attribute, `false` and `undefined` none. Three names are special: `key` (a different key replaces the
 * element), `opaque` (children are drawn by somebody else), and `--name` (a custom property: the content policy forbids
 * style attributes, the CSSOM is allowed).
 */
export function h(tag: string, attributes: Readonly<Record<string, Attribute>>, ...children: readonly Child[]): VNode {
  return { tag, attributes, children: flatten(children) };
}

function flatten(children: readonly Child[]): (VNode | string)[] {
  return children.flatMap(child => {
    if (child === false || child === null || child === undefined || child === '') return [];
    return typeof child === 'string' || 'tag' in child ? [child] : flatten(child);
  });
}

const SVG = 'http://www.w3.org/2000/svg';

function create(node: VNode | string, parent: Element): Node {
  if (typeof node === 'string') return document.createTextNode(node);
  const svg = node.tag === 'svg' || parent.namespaceURI === SVG;
  const element = svg ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  update(element, node);
  return element;
}

/** Attributes that the reader changes: a folded-out `details` stays so. */
const THE_READERS = new Set(['style', 'open']);

function update(element: Element, node: VNode): void {
  for (const name of element.getAttributeNames()) {
    if (!THE_READERS.has(name) && !(name in node.attributes)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(node.attributes)) setAttribute(element, name, value);
  if (!node.attributes['opaque']) patch(element, node.children);
}

function setAttribute(element: Element, name: string, value: Attribute): void {
  if (name.startsWith('--')) {
    if (element instanceof HTMLElement || element instanceof SVGElement) element.style.setProperty(name, String(value));
  } else if (value === false || value === undefined) {
    element.removeAttribute(name);
  } else {
    const text = value === true ? '' : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    // A control that the user touched no longer follows its attribute.
    if (name === 'value' && element instanceof HTMLInputElement && element.value !== text) element.value = text;
  }
}

function fits(old: Node | undefined, node: VNode | string): old is Node {
  if (!old) return false;
  if (typeof node === 'string') return old.nodeType === Node.TEXT_NODE;
  if (!(old instanceof Element) || old.tagName.toLowerCase() !== node.tag.toLowerCase()) return false;
  return old.getAttribute('key') === (node.attributes['key'] === undefined ? null : String(node.attributes['key']));
}

/** Makes the children of an element like the nodes, touching only what differs. */
export function patch(parent: Element, nodes: readonly (VNode | string)[]): void {
  const old = [...parent.childNodes];
  for (const [index, node] of nodes.entries()) {
    const existing = old[index];
    if (!fits(existing, node)) {
      const fresh = create(node, parent);
      if (existing) parent.replaceChild(fresh, existing);
      else parent.append(fresh);
    } else if (typeof node === 'string') {
      if (existing.nodeValue !== node) existing.nodeValue = node;
    } else {
      update(existing as Element, node);
    }
  }
  for (const extra of old.slice(nodes.length)) extra.remove();
}

/** The text of a node, for tests and for labels that repeat what is on screen. */
export function textOf(node: VNode | string): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join('');
}
