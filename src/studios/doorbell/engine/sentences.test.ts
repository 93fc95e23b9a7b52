import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asSentence } from './sentences.ts';

describe('a sentence', () => {
  it.each([
    ['hello i have a parcel', 'en-GB', 'Hello I have a parcel.'],
    ['is anybody there', 'en', 'Is anybody there?'],
    ["i'm here", 'en', "I'm here."],
    ['wo sind sie', 'de-DE', 'Wo sind sie?'],
    ['où êtes-vous', 'fr', 'Où êtes-vous?'],
    ['ışık var', 'tr', 'Işık var.'],
    ['istanbul', 'tr', 'İstanbul.'],
    ['你好', 'zh-CN', '你好。'],
    ['สวัสดี', 'th', 'สวัสดี'],
    // What has its punctuation stays.
    ['hello. Over here', 'en', 'hello. Over here'],
    ['is it you? yes.', 'en', 'is it you? yes.'],
    // A point within is not the end of a sentence.
    ['dr. smith is here', 'en', 'Dr. smith is here.'],
    ['dr. meier ist da', 'de', 'Dr. meier ist da.'],
    ['  ', 'en', ''],
    ['hello', 'no such language', 'Hello.'],
  ])('%s in %s is %s', (text, language, expected) => {
    expect(asSentence(text, language)).toBe(expected);
  });

  it('is not made twice', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('en', 'de', 'zh', 'tr'), (text, language) => {
        const once = asSentence(text, language);
        expect(asSentence(once, language)).toBe(once);
      }),
    );
  });
});
