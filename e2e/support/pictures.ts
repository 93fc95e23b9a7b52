import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JSHandle, Page } from '@playwright/test';

export interface FilePayload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The same pixels in other bytes: a JPEG with a comment behind its first marker. */
export function commented(path: string, comment: string): FilePayload {
  const bytes = readFileSync(path);
  const text = Buffer.from(comment);
  const marker = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return {
    name: `${comment}.jpg`,
    mimeType: 'image/jpeg',
    buffer: Buffer.concat([bytes.subarray(0, 2), marker, text, bytes.subarray(2)]),
  };
}

export interface PictureHost {
  readonly url: string;
  close(): Promise<void>;
}

/** Another host that has pictures: `/open/…` for every site to read, `/shut/…` for none; the rest is not there. */
export async function hostPictures(path: string): Promise<PictureHost> {
  const server = createServer((request, response) => {
    const isOpen = request.url?.startsWith('/open/') === true;
    const isThere = isOpen || request.url?.startsWith('/shut/') === true;
    if (isOpen || !isThere) response.setHeader('Access-Control-Allow-Origin', '*');
    response.writeHead(isThere ? 200 : 404, { 'Content-Type': 'image/jpeg' });
    response.end(isThere ? readFileSync(path) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What the browser hands to a page on which a file is dropped. */
export function dropData(page: Page, path: string): Promise<JSHandle<DataTransfer>> {
  const content = readFileSync(path).toString('base64');
  return page.evaluateHandle(
    ({ text, name }) => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      data.items.add(new File([bytes], name, { type: 'image/jpeg' }));
      return data;
    },
    { text: content, name: path.slice(path.lastIndexOf('/') + 1) },
  );
}
