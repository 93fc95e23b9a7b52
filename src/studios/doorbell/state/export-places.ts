import { Zip, ZipPassThrough } from 'fflate';
import { pause } from '../../../platform/rpc-pause.ts';

/** The bytes of a file, piece by piece, so that the page has its turn in between. */
export type Pieces = AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>;

/** Where exported files go. */
export interface ExportPlace {
  /** @param name with folders, e.g. `sounds/one.wav` */
  put(name: string, pieces: Pieces): Promise<void>;
  /** @returns a file to be saved; undefined when all of it lies where it should */
  finish(): Promise<Blob | undefined>;
  /** Takes away what was put. */
  discard(): Promise<void>;
}

/** More than that a ZIP without the 64-bit extension cannot hold, bytes. */
export const ZIP_MAX_BYTES = 0xffff_ffff;

/** A new folder in one that the person chose: nothing that lies there is written over. */
export async function folderPlace(into: FileSystemDirectoryHandle, name: string): Promise<ExportPlace> {
  const folder = await into.getDirectoryHandle(name, { create: true });
  return {
    async put(path, pieces) {
      const parts = path.split('/');
      const file = parts.pop() ?? '';
      let at = folder;
      for (const part of parts) at = await at.getDirectoryHandle(part, { create: true });
      const stream = await (await at.getFileHandle(file, { create: true })).createWritable();
      try {
        for await (const piece of pieces) await stream.write(piece);
      } catch (thrown) {
        await stream.abort();
        throw thrown;
      }
      await stream.close();
    },
    finish: () => Promise.resolve(undefined),
    discard: () => into.removeEntry(name, { recursive: true }),
  };
}

/** A ZIP file that is made piece by piece; what is done already lies with the browser, not in the page's memory. */
export function zipPlace(): ExportPlace {
  const parts: Blob[] = [];
  let failure: Error | undefined;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const zip = new Zip((error, data, isLast) => {
    if (error !== null) failure = error;
    else parts.push(new Blob([data.slice()]));
    if (error !== null || isLast) finish();
  });
  return {
    async put(name, pieces) {
      const file = new ZipPassThrough(name);
      zip.add(file);
      for await (const piece of pieces) {
        file.push(piece);
        await pause();
      }
      file.push(new Uint8Array(0), true);
      if (failure !== undefined) throw failure;
    },
    async finish() {
      zip.end();
      await finished;
      if (failure !== undefined) throw failure;
      return new Blob(parts, { type: 'application/zip' });
    },
    discard: () => Promise.resolve(zip.terminate()),
  };
}
