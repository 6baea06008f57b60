/**
 * Screenshots made small, alone or as one animated PNG, which every browser plays: 255 colours, and in frames after the first
 * only the pixels that changed. PNG: https://www.w3.org/TR/png-3/ (its third edition has animations).
 */
import { crc32, deflateSync } from 'node:zlib';
import { decode, type Pixels, SIGNATURE } from './png.ts';

export interface Frame {
  /** A PNG as a browser's screenshot is: see `decode`. */
  readonly png: Buffer;
  /** How long it shows, in milliseconds. */
  readonly milliseconds: number;
}

const INDEXED = 3;
/** The index after the last colour: nothing is drawn. */
const CLEAR = 255;

/** One picture, smaller. */
export function shrink(png: Buffer): Buffer {
  const picture = decode(png);
  const palette = paletteOf([picture]);
  return assemble(picture, palette, [chunk('IDAT', pack(picture, indexesOf(picture, palette)))]);
}

/** All frames have the size of the first. `plays`: how often it runs before it stops at the last frame; 0 is for ever. */
export function animate(frames: readonly Frame[], plays: number): Buffer {
  const pictures = frames.map(({ png }) => decode(png));
  const [first] = pictures;
  if (first === undefined) throw new Error('An animation needs a frame.');
  const { width, height } = first;
  const palette = paletteOf(pictures);
  const chunks: Buffer[] = [chunk('acTL', numbers(frames.length, plays))];
  let sequence = 0;
  let before: Buffer | null = null;
  for (const [index, picture] of pictures.entries()) {
    if (picture.width !== width || picture.height !== height) throw new Error('All frames must have one size.');
    const delay = Buffer.alloc(6);
    delay.writeUInt16BE(frames[index]?.milliseconds ?? 0, 0);
    delay.writeUInt16BE(1000, 2);
    // What the frame before left stays, and this one is drawn over it.
    delay.writeUInt8(before === null ? 0 : 1, 5);
    chunks.push(chunk('fcTL', Buffer.concat([numbers(sequence++, width, height, 0, 0), delay])));
    const indexes = indexesOf(picture, palette);
    const packed = pack(picture, before === null ? indexes : changed(before, indexes));
    if (before === null) chunks.push(chunk('IDAT', packed));
    else chunks.push(chunk('fdAT', Buffer.concat([numbers(sequence++), packed])));
    before = indexes;
  }
  return assemble(first, palette, chunks);
}

/** The colours that cover most; text in few sizes on few grounds has hardly more than there is room for. */
function paletteOf(pictures: readonly Pixels[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const { data } of pictures) {
    for (let at = 0; at < data.length; at += 4) {
      const colour = data.readUIntBE(at, 3);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  }
  const byUse = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return byUse.slice(0, CLEAR).map(([colour]) => colour);
}

function indexesOf({ data }: Pixels, palette: readonly number[]): Buffer {
  const known = new Map(palette.map((colour, index) => [colour, index] as const));
  const indexes = Buffer.alloc(data.length / 4);
  for (let pixel = 0; pixel < indexes.length; pixel++) {
    const colour = data.readUIntBE(pixel * 4, 3);
    let index = known.get(colour);
    if (index === undefined) {
      index = nearest(palette, colour);
      known.set(colour, index);
    }
    indexes[pixel] = index;
  }
  return indexes;
}

function nearest(palette: readonly number[], colour: number): number {
  const part = (value: number, shift: number): number => (value >> shift) & 255;
  const distance = (other: number): number =>
    [16, 8, 0].reduce((sum, shift) => sum + (part(other, shift) - part(colour, shift)) ** 2, 0);
  let best = 0;
  for (let index = 1; index < palette.length; index++) {
    if (distance(palette[index] ?? 0) < distance(palette[best] ?? 0)) best = index;
  }
  return best;
}

function changed(before: Buffer, now: Buffer): Buffer {
  return Buffer.from(now.map((index, pixel) => (index === before[pixel] ? CLEAR : index)));
}

function pack({ width, height }: Pixels, indexes: Buffer): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) indexes.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  return deflateSync(rows, { level: 9 });
}

function assemble({ width, height }: Pixels, palette: readonly number[], chunks: readonly Buffer[]): Buffer {
  const header = Buffer.concat([numbers(width, height), Buffer.from([8, INDEXED, 0, 0, 0])]);
  const colours = Buffer.alloc((CLEAR + 1) * 3);
  for (const [index, colour] of palette.entries()) colours.writeUIntBE(colour, index * 3, 3);
  const opacity = Buffer.alloc(CLEAR + 1, 255);
  opacity[CLEAR] = 0;
  const [control, ...rest] = chunks;
  const isAnimated = rest.length > 0 && control !== undefined;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...(isAnimated ? [control] : []),
    chunk('PLTE', colours),
    chunk('tRNS', opacity),
    ...(isAnimated ? rest : chunks),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  return Buffer.concat([numbers(data.length), body, numbers(crc32(body))]);
}
