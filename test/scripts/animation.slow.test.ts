import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { animate, shrink } from '../../scripts/editor/animation.ts';
import { decode, type Pixels } from '../../scripts/editor/png.ts';
import { inRoot } from '../../scripts/paths.ts';

const icon = readFileSync(inRoot('media', 'icon.png'));

/** Name and length of each chunk. */
function chunks(png: Buffer): string[] {
  const names: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) names.push(png.toString('latin1', at + 4, at + 8));
  return names;
}

/** The largest difference in a colour where the picture is not transparent. */
function difference(a: Pixels, b: Pixels): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.data.reduce(
    (most, value, at) =>
      at % 4 === 3 || a.data[at | 3] !== 255 ? most : Math.max(most, Math.abs(value - (b.data[at] ?? 0))),
    0,
  );
}

test('a picture in fewer colours looks the same', () => {
  expect(difference(decode(icon), decode(shrink(icon)))).toBeLessThan(64);
});

test('an animation is a picture of its first frame for whoever does not play it', () => {
  const made = animate([{ png: icon, milliseconds: 500 }], 1);
  expect(chunks(made)).toEqual(['IHDR', 'acTL', 'PLTE', 'tRNS', 'fcTL', 'IDAT', 'IEND']);
  expect(decode(made)).toEqual(decode(shrink(icon)));
});

test('a frame that repeats the one before costs next to nothing', () => {
  const one = animate([{ png: icon, milliseconds: 500 }], 0);
  const frame = { png: icon, milliseconds: 500 };
  const two = animate([frame, frame], 0);
  expect(chunks(two)).toEqual(['IHDR', 'acTL', 'PLTE', 'tRNS', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'IEND']);
  expect(two.length - one.length).toBeLessThan(500);
});

test('what is no PNG, or of another size, is refused', () => {
  expect(() => decode(Buffer.from('nothing'))).toThrow('no PNG');
  const small = Buffer.from(shrink(icon));
  small.writeUInt32BE(7, 20);
  const frames = [icon, small].map(png => ({ png, milliseconds: 1 }));
  expect(() => animate(frames, 1)).toThrow('one size');
  expect(() => animate([], 1)).toThrow('needs a frame');
});
