import type { Page } from '@playwright/test';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Drops files and folders of the disk on the page, as a file manager does: the page gets true folder entries. */
export async function dropFromDisk(
  page: Page,
  paths: readonly string[],
  { x, y }: Place = { x: 200, y: 300 },
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  // Twice over it, as a hand is: the page may draw another element under the pointer once a file hovers.
  for (const type of ['dragEnter', 'dragOver', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  await session.detach();
}

/** Pastes a picture, as after a screenshot: the clipboard names every one of them `image.png`. */
export async function pastePicture(page: Page, bytes: Buffer, name: string, type: string): Promise<void> {
  await page.evaluate(
    ({ base64, file }) => {
      const data = new DataTransfer();
      const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([raw], file.name, { type: file.type }));
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    { base64: bytes.toString('base64'), file: { name, type } },
  );
}
