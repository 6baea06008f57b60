/** The gutter's `T1`, `T2` as pictures: the editor takes nothing else there. */
import { Uri } from 'vscode';

export interface Badge {
  readonly name: string;
  /** From 1. */
  readonly lane: number;
  /** Filled: it ran the step shown. Outlined: it stands there. */
  readonly current: boolean;
  /** Red: the failure happens in that step. */
  readonly fails: boolean;
}

/** Near the charts' blue, yellow, purple and green of VS Code's default themes: a picture can't ask the theme. */
const COLOURS = {
  light: ['#0063d3', '#8a6100', '#652d90', '#2f7a2b'],
  dark: ['#59a4f9', '#d9b521', '#b180d7', '#89d185'],
} as const;
const FAILURE = { light: '#c72e0f', dark: '#f48771' } as const;

/** At most two names fit beside each other; more are told by a plus sign. */
function badgeSvg(badges: readonly Badge[], theme: keyof typeof COLOURS): string {
  const shown = badges.slice(0, 2);
  const width = 16 / shown.length;
  const parts = shown.map((badge, index) => {
    const colour = badge.fails ? FAILURE[theme] : (COLOURS[theme][(badge.lane - 1) % 4] ?? COLOURS[theme][0]);
    const text =
      index === 1 && badges.length > 2 ? '+' : shown.length === 1 ? badge.name : badge.name.replace(/^T/, '');
    const [fill, ink] = badge.current ? [colour, theme === 'light' ? '#ffffff' : '#000000'] : ['none', colour];
    const dash = badge.current ? '' : ' stroke-dasharray="2 1.2"';
    return (
      `<rect x="${index * width + 0.75}" y="2.75" width="${width - 1.5}" height="10.5" rx="2" fill="${fill}" stroke="${colour}" stroke-width="1.2"${dash}/>` +
      `<text x="${(index + 0.5) * width}" y="11" font-family="monospace" font-weight="bold" font-size="8.5" text-anchor="middle" fill="${ink}">${escape(text)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">${parts.join('')}</svg>`;
}

function escape(text: string): string {
  return text.replace(/[<>&"]/g, sign => `&#${sign.charCodeAt(0)};`);
}

export function badgeIcon(badges: readonly Badge[], theme: keyof typeof COLOURS): Uri {
  return Uri.parse(`data:image/svg+xml;base64,${Buffer.from(badgeSvg(badges, theme)).toString('base64')}`);
}
