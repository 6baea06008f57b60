/** The few pictures of the view, drawn on a 16 × 16 grid in the colour of the text around them; never the only sign. */
import { h, type VNode } from '../dom.ts';

const PATHS = {
  first: 'M3 3h1.5v10H3zM13 3v10L5.5 8z',
  switchBack: 'M8 3.5v9L2.5 8zM13.5 3.5v9L8 8z',
  back: 'M11 3v10L4 8z',
  play: 'M4 2.5v11L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  on: 'M5 3v10l7-5z',
  switchOn: 'M2.5 3.5v9L8 8zM8 3.5v9L13.5 8z',
  last: 'M11.5 3H13v10h-1.5zM3 3v10l7.5-5z',
  fails:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4zM5.9 5l2.1 2.1L10.1 5l.9.9L8.9 8l2.1 2.1-.9.9L8 8.9 5.9 11l-.9-.9L7.1 8 5 5.9z',
  passes:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4zm3.1 2.9.9.9-5 5L4.2 8.4l.9-.9L7 9.4z',
  unknown:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4zM7.3 11h1.4v1.4H7.3zM8 3.9c1.5 0 2.6.9 2.6 2.2 0 1.7-1.9 1.9-1.9 3.4v.4H7.3v-.5C7.3 7.4 9.2 7.200 9.200 6.200c0-.6-.5-1-1.200-1s-1.200.5-1.200 1.200H5.400c0-1.500 1.100-2.500 2.600-2.500z',
  lock: 'M4.500 7V5a3.500 3.500 0 0 1 7 0v2H13v7H3V7zm1.400 0h4.200V5a2.100 2.100 0 0 0-4.200 0z',
  preempts:
    'M6.500 2 2 6.200l4.500 4.200V7.700h3.200a2.400 2.400 0 0 1 0 4.800H7V14h2.700a3.900 3.900 0 0 0 0-7.800H6.500z',
  fold: 'M4.700 3.300 9.400 8l-4.700 4.700 1 1L11.400 8 5.700 2.300z',
  unfold: 'M3.300 4.700 8 9.400l4.700-4.700 1 1L8 11.400 2.300 5.700z',
  copy: 'M5 2h8v9h-2v3H3V5h2zm1.300 3H11v4.700h.700V3.300H6.300zM4.300 6.300v6.400h5.400V6.300z',
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): VNode {
  return h(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
    h('path', { d: PATHS[name], fill: 'currentColor', 'fill-rule': 'evenodd' }),
  );
}
