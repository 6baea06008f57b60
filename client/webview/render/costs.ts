/** What the same program costs under each system: small bar charts, one a measure, and the same figures as a table. */
import type { CostRow } from '../../../server/src/simulator/playback.ts';
import { COST_COLUMNS, countText } from '../../../server/src/simulator/words.ts';
import { h, type VNode } from '../dom.ts';
import type { ViewState } from '../state.ts';
import { icon } from './icons.ts';

function chart(rows: readonly CostRow[], column: (typeof COST_COLUMNS)[number]): VNode | false {
  const most = Math.max(...rows.map(column.of));
  if (most === 0) return false;
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, column.title),
    rows.map(row => [
      h('span', { class: 'system' }, row.system),
      h(
        'span',
        { class: `bar${row.correct ? '' : ' wrong'}` },
        column.of(row) > 0 && h('span', { class: 'fill', '--share': column.of(row) / most }),
        h('span', { class: 'figure' }, `${countText(column.of(row))}${column.unit ? ` ${column.unit}` : ''}`),
      ),
    ]),
  );
}

function table(rows: readonly CostRow[]): VNode {
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Costs as a table' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'System'),
          h('th', { scope: 'col' }, 'Correct'),
          COST_COLUMNS.map(column => h('th', { scope: 'col', class: 'figure' }, column.title)),
          h('th', { scope: 'col' }, 'Why'),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(row =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, row.system),
            h(
              'td',
              { class: row.correct ? 'passes' : 'fails' },
              icon(row.correct ? 'passes' : 'fails'),
              row.correct ? ' yes' : ' no',
            ),
            COST_COLUMNS.map(column => h('td', { class: 'figure' }, countText(column.of(row)))),
            h('td', {}, row.note),
          ),
        ),
      ),
    ),
  );
}

export function costs(state: ViewState): VNode | false {
  const rows = state.playback?.costs ?? [];
  if (rows.length === 0) return false;
  return h(
    'section',
    { class: 'costs', 'aria-labelledby': 'costs-title' },
    h('h2', { id: 'costs-title' }, 'What it costs under each system'),
    h(
      'p',
      { class: 'hint' },
      'Counts from the model for this very program; no measured times. A hatched bar is a system that gives wrong results.',
    ),
    h(
      'div',
      { class: 'charts' },
      COST_COLUMNS.map(column => chart(rows, column)),
    ),
    table(rows),
  );
}
