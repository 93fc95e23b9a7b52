import { readFileSync } from 'node:fs';
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
