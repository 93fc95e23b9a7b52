import type { Attachment } from 'svelte/attachments';

/**
 * A text box as high as its text, for browsers without `field-sizing: content`; the others need nothing.
 *
 * @param text what stands in it, read again whenever it changes
 */
export const growing =
  (text: () => string): Attachment<HTMLTextAreaElement> =>
  (box) => {
    if (CSS.supports('field-sizing', 'content')) return;
    $effect(() => {
      text();
      box.style.height = 'auto';
      box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
    });
  };
