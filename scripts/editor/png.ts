/** Reads PNGs as browsers write them. https://www.w3.org/TR/png-3/ */
import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly data: Buffer;
}

export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Bytes a pixel, by kind of colour: RGB, indexed, RGBA. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 3: 1, 6: 4 };

/** The picture that shows without animation. 8 bits a channel, not interlaced; throws for other kinds. */
export function decode(png: Buffer): Pixels {
  const parts = chunksOf(png);
  const part = (name: string): Buffer | undefined => parts.find(one => one.name === name)?.data;
  const head = part('IHDR');
  if (head === undefined) throw new Error('This is no PNG.');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const [depth, colour = 0, , , interlaced] = head.subarray(8);
  const channels = CHANNELS[colour];
  if (depth !== 8 || interlaced !== 0 || channels === undefined) throw new Error('This kind of PNG is not read.');
  const packed = Buffer.concat(parts.filter(({ name }) => name === 'IDAT').map(({ data }) => data));
  const rows = unfilter(inflateSync(packed), width * channels, height, channels);
  const palette = part('PLTE');
  const data = Buffer.alloc(width * height * 4, 255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (palette === undefined) rows.copy(data, pixel * 4, pixel * channels, (pixel + 1) * channels);
    else palette.copy(data, pixel * 4, (rows[pixel] ?? 0) * 3, (rows[pixel] ?? 0) * 3 + 3);
  }
  return { width, height, data };
}

function chunksOf(png: Buffer): { readonly name: string; readonly data: Buffer }[] {
  const found: { name: string; data: Buffer }[] = [];
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    found.push({ name: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return found;
}

/** Each row says how it was predicted from its left and upper neighbours. */
function unfilter(filtered: Buffer, stride: number, height: number, channels: number): Buffer {
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const kind = filtered[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= channels ? (rows[at - channels] ?? 0) : 0;
      const up = y > 0 ? (rows[at - stride] ?? 0) : 0;
      const corner = x >= channels && y > 0 ? (rows[at - stride - channels] ?? 0) : 0;
      rows[at] = (filtered[y * (stride + 1) + 1 + x] ?? 0) + predicted(kind, left, up, corner);
    }
  }
  return rows;
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  switch (kind) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      return 0;
  }
}
