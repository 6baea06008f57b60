/** Two texts as a unified diff: Myers' shortest edit script over lines, three lines of context. */

const CONTEXT = 3;
/** Beyond this many differing lines the middle is shown as one replacement. */
const MOST_DIFFERENCES = 3_000;

interface Line {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

/** Empty when the texts are equal. `name`: as it stands behind `---` and `+++`. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = compare(split(before), split(after));
  const out = [`--- ${name}`, `+++ ${name}`];
  for (const [first, last] of hunks(lines)) {
    const part = lines.slice(first, last);
    const count = (kind: string): number => part.filter(line => line.kind !== kind).length;
    const start = (kind: string): number => lines.slice(0, first).filter(line => line.kind !== kind).length + 1;
    out.push(`@@ -${start('+')},${count('+')} +${start('-')},${count('-')} @@`);
    for (const { kind, text } of part)
      out.push(text.endsWith('\n') ? kind + text.slice(0, -1) : `${kind}${text}\n\\ No newline at end of file`);
  }
  return `${out.join('\n')}\n`;
}

function split(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function compare(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const keep = (lines: readonly string[]): Line[] => lines.map(text => ({ kind: ' ', text }));
  return [
    ...keep(a.slice(0, head)),
    ...shortest(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...keep(a.slice(a.length - tail)),
  ];
}

function shortest(a: readonly string[], b: readonly string[]): Line[] {
  const most = a.length + b.length;
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let d = 0; d <= Math.min(most, MOST_DIFFERENCES); d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return backtrack(a, b, trace);
    }
    reach = new Map(reach);
  }
  return [...a.map((text): Line => ({ kind: '-', text })), ...b.map((text): Line => ({ kind: '+', text }))];
}

function backtrack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[]): Line[] {
  const out: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (reach.get(from) ?? 0);
    const fromY = d === 0 ? 0 : fromX - from;
    while (x > fromX && y > fromY) {
      out.push({ kind: ' ', text: a[--x] ?? '' });
      y--;
    }
    if (d === 0) break;
    if (down) out.push({ kind: '+', text: b[--y] ?? '' });
    else out.push({ kind: '-', text: a[--x] ?? '' });
  }
  return out.reverse();
}

/** Ranges of lines with a change in them, context included. */
function hunks(lines: readonly Line[]): [number, number][] {
  const out: [number, number][] = [];
  lines.forEach((line, index) => {
    if (line.kind === ' ') return;
    const first = Math.max(0, index - CONTEXT);
    const last = Math.min(lines.length, index + CONTEXT + 1);
    const previous = out.at(-1);
    if (previous !== undefined && first <= previous[1]) previous[1] = last;
    else out.push([first, last]);
  });
  return out;
}
