/**
 * Arrows between the cards: synchronisation only, solid, and the racing pair, dashed. Drawn over the lanes after layout,
 * because only then is known where the cards stand. The same is said in words below the lanes (render/why.ts).
 */
import type { Arrow } from '../../server/src/simulator/playback.ts';
import { h, patch, type VNode } from './dom.ts';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A curve from card to card: across the gap between the lanes, or around the left edge when they stand in one column. */
export function arrowPath(from: Box, to: Box, nth: number): string {
  const y = (box: Box): number => Math.round((box.top + box.bottom) / 2);
  const [y1, y2] = [y(from), y(to)];
  if (from.right <= to.left || to.right <= from.left) {
    const right = from.right <= to.left;
    const [x1, x2] = right ? [from.right, to.left] : [from.left, to.right];
    const middle = (x1 + x2) / 2 + nth * 5;
    return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  }
  const out = Math.max(2, Math.min(from.left, to.left) - 12 - nth * 5);
  return `M${from.left} ${y1}C${out} ${y1} ${out} ${y2} ${to.left} ${y2}`;
}

function draw(arrow: Arrow, from: Box, to: Box, nth: number): VNode {
  return h(
    'g',
    { class: `arrow ${arrow.kind}` },
    h('path', { class: 'halo', d: arrowPath(from, to, nth) }),
    h('path', {
      d: arrowPath(from, to, nth),
      'marker-end': arrow.kind === 'synchronises' ? 'url(#arrow-head)' : undefined,
    }),
  );
}

/** Measures the cards of a listbox and draws the arrows into its overlay. */
export function drawArrows(list: Element, arrows: readonly Arrow[]): void {
  const overlay = list.querySelector('.arrows');
  if (!overlay) return;
  const origin = overlay.getBoundingClientRect();
  const cards = [...list.querySelectorAll<HTMLElement>('[role=option]')];
  const boxOf = (step: number): Box | undefined => {
    const card = cards.find(one => Number(one.dataset['first']) <= step && step <= Number(one.dataset['last']));
    const box = card?.getBoundingClientRect();
    return (
      box && {
        left: box.left - origin.left,
        right: box.right - origin.left,
        top: box.top - origin.top,
        bottom: box.bottom - origin.top,
      }
    );
  };
  const head = h(
    'defs',
    {},
    h(
      'marker',
      { id: 'arrow-head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
      h('path', { d: 'M0 0L8 4L0 8z' }),
    ),
  );
  const drawn = arrows.flatMap((arrow, index) => {
    const [from, to] = [boxOf(arrow.from), boxOf(arrow.to)];
    return from && to ? [draw(arrow, from, to, (index % 5) - 2)] : [];
  });
  patch(overlay, [head, ...drawn]);
}
