import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromUtf8 } from './utf8.ts';

it('reads what a text encoder wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fromUtf8([...new TextEncoder().encode(text)])).toBe(text);
    }),
  );
});

it('takes any bytes, and puts a mark where they are no text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const plain = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      // A decoder of the platform may put one mark for a sequence that breaks off; what is text is the same.
      const letters = (text: string): string => text.replaceAll('\ufffd', '');
      expect(letters(fromUtf8([...bytes]))).toBe(letters(plain));
      expect(fromUtf8([...bytes]).includes('\ufffd')).toBe(plain.includes('\ufffd'));
    }),
  );
});
