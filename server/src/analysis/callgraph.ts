/** Who calls whom, in an order in which callees come before callers; functions that call each other form one group. */

import { handedOn } from './handed-on.ts';
import { type MemberFunctions, takes } from './members.ts';
import { type NamedCall, outlineOf } from './outline.ts';
import type { Linker } from './program.ts';

/** Functions are meant by their numbers. */
export interface CallSite {
  readonly caller: number;
  readonly step: number;
  readonly callee: number;
  /** The step calls a library, which calls the function: with something of the step's first argument. */
  readonly within?: boolean;
}

export interface CallGraph {
  /** Call sites by their callee, and by their caller. */
  readonly callersOf: readonly (readonly CallSite[])[];
  readonly callsIn: readonly (readonly CallSite[])[];
  /** Groups of functions, callees first. A group has more than one member only when they call each other. */
  readonly groups: readonly (readonly number[])[];
}

export function callGraph(linker: Linker, members: MemberFunctions): CallGraph {
  const callersOf: CallSite[][] = linker.functions.map(() => []);
  const callsIn: CallSite[][] = linker.functions.map(() => []);
  const add = (site: CallSite): void => {
    callersOf[site.callee]?.push(site);
  };
  const behind = ({ name, passes }: NamedCall): number[] =>
    (members.targets.get(name) ?? []).filter(id => takes(linker.functions[id]!.function.body, passes));
  const callees = linker.functions.map(caller => {
    const out = new Set<number>();
    const outline = outlineOf(caller.function.body);
    const targets = linker.symbols.calleesOf(caller.unit.file, caller.function.body);
    for (const call of outline.calls) {
      const { step, throughPointer } = call;
      const direct = targets[call.callee] ?? -1;
      const callees = throughPointer ? behind(call) : direct < 0 ? [] : [direct];
      for (const callee of callees) {
        add({ caller: caller.id, step, callee });
        // What a pointer leads to is not summarised for the caller: no order between the two.
        if (!throughPointer) out.add(callee);
      }
    }
    for (const given of outline.givenAway) {
      for (const { caller: by, target, steps, within } of handedOn(linker, caller, given))
        for (const step of steps) add({ caller: by, step, callee: target, ...(within ? { within } : {}) });
    }
    return [...out];
  });
  for (const site of callersOf.flat()) callsIn[site.caller]?.push(site);
  return { callersOf, callsIn, groups: components(callees) };
}

/** Tarjan's strongly connected components, without recursion. */
function components(edges: readonly (readonly number[])[]): number[][] {
  const index = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const onStack = new Uint8Array(edges.length);
  const stack: number[] = [];
  const out: number[][] = [];
  let counter = 0;
  for (let root = 0; root < edges.length; root++) {
    if (index[root] !== -1) continue;
    const work: { node: number; at: number }[] = [];
    const enter = (node: number): void => {
      index[node] = low[node] = counter++;
      stack.push(node);
      onStack[node] = 1;
      work.push({ node, at: 0 });
    };
    enter(root);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const { node } = top;
      const next = edges[node]?.[top.at++];
      if (next !== undefined) {
        if (index[next] === -1) enter(next);
        else if (onStack[next] === 1) low[node] = Math.min(low[node] ?? 0, index[next] ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[node] ?? 0);
      if (low[node] !== index[node]) continue;
      const group: number[] = [];
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack[member] = 0;
        group.push(member);
        if (member === node) break;
      }
      out.push(group.sort((a, b) => a - b));
    }
  }
  return out;
}
