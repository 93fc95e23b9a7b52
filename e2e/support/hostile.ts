import { deflateSync } from 'node:zlib';

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = (c & 1) === 1 ? 0xedb8_8320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffff_ffff;
  for (const byte of body) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE((crc ^ 0xffff_ffff) >>> 0);
  return Buffer.concat([head, body, tail]);
}

/** A true PNG of one bit a pixel, all black: 110 KB that would be 3.6 GB as RGBA when it is 30,000 wide and high. */
export function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  const row = 1 + Math.ceil(width / 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(row * height))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const svg = (inside: string): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" onload="top.pwned=1">
  <rect width="64" height="64" fill="teal"/>${inside}</svg>`);

/** A picture whose script or foreign image would show up on the page or in its requests if anything ran it. */
export const scriptedSvg = svg(`<script>top.pwned = 1; parent.document.title = 'pwned';</script>
  <image href="http://127.0.0.1:9/leak.png" width="10" height="10"/>`);

/** A picture with HTML inside: browsers draw it, and let no script see what they drew. */
export const htmlSvg = svg(`<foreignObject width="64" height="64">
  <img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="top.pwned=1"/></foreignObject>`);
