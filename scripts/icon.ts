/** Draws `media/icon.png` from `media/icon.svg`: the marketplace wants a bitmap. */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findChromium } from './editor/chromium.ts';
import { inRoot } from './paths.ts';

const SIZE = 256;

const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
await page.setContent(`<style>body{margin:0}</style>${readFileSync(inRoot('media', 'icon.svg'), 'utf8')}`);
await page.screenshot({ path: inRoot('media', 'icon.png'), omitBackground: true });
await browser.close();
