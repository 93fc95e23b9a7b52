import { badVectors } from './bad-vectors.ts';

const END = 0x0605_4b50;
const ENTRY = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
/** The record at a zip's end, with the longest comment. */
const MAX_TAIL = 22 + 65_535;
const MAX_DIRECTORY = 16 * 2 ** 20;
const STORED = 0;
const DEFLATED = 8;

interface ZipEntry {
  readonly name: string;
  /** Its bytes, uncompressed. */
  blob(): Promise<Blob>;
}

const viewOf = async (file: Blob, from: number, to: number): Promise<DataView> =>
  new DataView(await file.slice(from, to).arrayBuffer());

/**
 * The entries of a zip; only its directory is read.
 *
 * @param file the zip
 * @returns its files
 * @throws LookFailure `bad-vectors`
 */
export async function zipEntries(file: File): Promise<readonly ZipEntry[]> {
  const bad = (why: string): never => {
    throw badVectors(file.name, why);
  };
  const tailAt = Math.max(0, file.size - MAX_TAIL);
  const tail = await viewOf(file, tailAt, file.size);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end -= 1;
  if (end < 0) return bad('it is no zip, or is cut off');
  const count = tail.getUint16(end + 10, true);
  const size = tail.getUint32(end + 12, true);
  const at = tail.getUint32(end + 16, true);
  if (size > MAX_DIRECTORY || at + size > tailAt + end) return bad('its directory is damaged');
  const directory = await viewOf(file, at, at + size);
  const entries: ZipEntry[] = [];
  for (let i = 0, pos = 0; i < count; i += 1) {
    if (pos + 46 > size || directory.getUint32(pos, true) !== ENTRY) return bad('its directory is damaged');
    const method = directory.getUint16(pos + 10, true);
    const packed = directory.getUint32(pos + 20, true);
    const nameLength = directory.getUint16(pos + 28, true);
    const local = directory.getUint32(pos + 42, true);
    const next =
      pos + 46 + nameLength + directory.getUint16(pos + 30, true) + directory.getUint16(pos + 32, true);
    if (next > size) return bad('its directory is damaged');
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, pos + 46, nameLength));
    pos = next;
    entries.push({
      name,
      async blob() {
        const head = await viewOf(file, local, local + 30);
        if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL) return bad(`${name} in it is damaged`);
        const from = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
        if (from + packed > file.size) return bad(`${name} in it is cut off`);
        const data = file.slice(from, from + packed);
        if (method === STORED) return data;
        if (method !== DEFLATED) return bad(`${name} in it is packed in a way that is not known here`);
        return new Response(data.stream().pipeThrough(new DecompressionStream('deflate-raw'))).blob();
      },
    });
  }
  return entries;
}
