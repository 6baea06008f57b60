import { describe, expect, it } from 'vitest';
import { cfgOf, dominates, dominators, loopsOf, postDominators } from '../../server/src/program/cfg.ts';
import { lowerOne } from './read.ts';

/** Index of the only call of that name. */
function at(body: ReturnType<typeof lowerOne>, name: string): number {
  return body.steps.findIndex(({ op }) => op.kind === 'call' && op.callee.kind === 'named' && op.callee.name === name);
}

describe('control-flow questions', () => {
  const body = lowerOne('void f(int x) { a(); if (x) b(); else { c(); return; } d(); while (x) { e(); } g(); }');
  const cfg = cfgOf(body);
  const step = (name: string): number => at(body, name);

  it('orders steps before their successors', () => {
    expect(cfg.order[0]).toBe(0);
    expect(cfg.position[step('a')]).toBeLessThan(cfg.position[step('b')]!);
    expect(cfg.position[step('b')]).toBeLessThan(cfg.position[step('d')]!);
    expect(cfg.order).toHaveLength(body.steps.length);
  });

  it('knows what every way passes', () => {
    const tree = dominators(cfg);
    expect(dominates(tree, step('a'), step('g'))).toBe(true);
    expect(dominates(tree, step('b'), step('d'))).toBe(true);
    expect(dominates(tree, step('e'), step('g'))).toBe(false);
    const after = postDominators(cfg);
    expect(dominates(after, step('d'), step('b'))).toBe(true);
    expect(dominates(after, step('d'), step('a'))).toBe(false);
    expect(dominates(after, body.steps.length, step('a'))).toBe(true);
  });

  it('finds loops with their heads', () => {
    const nested = lowerOne('void f(int x) { while (x) { a(); for (;;) { if (b()) break; c(); } } }');
    const loops = loopsOf(cfgOf(nested));
    const names = ['a', 'b', 'c'].map(name => at(nested, name));
    expect(loops.map(loop => names.map(name => loop.steps.includes(name)))).toEqual([
      [true, true, true],
      [false, true, true],
    ]);
  });

  it('says so when a step comes to no end', () => {
    const endless = lowerOne('void f(void) { for (;;) { a(); } }');
    expect(postDominators(cfgOf(endless))[at(endless, 'a')]).toBe(-1);
  });
});
