import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_IDS, greetingOf, saneSettings } from './settings.ts';

describe('settings', () => {
  it('of anything are within their ranges, and stay what they are', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const settings = saneSettings(value, 'en');
        expect(settings.recordSec).toBeGreaterThanOrEqual(3);
        expect(settings.recordSec).toBeLessThanOrEqual(120);
        expect([...settings.engines].sort()).toEqual([...ENGINE_IDS].sort());
        expect(saneSettings(JSON.parse(JSON.stringify(settings)), 'en')).toEqual(settings);
      }),
    );
  });

  it('put an engine that is newer than the person’s order where it usually stands', () => {
    expect(saneSettings({}, 'en').engines).toEqual(ENGINE_IDS);
    expect(saneSettings({ engines: ['phrases', 'vendor', 'on-device'] }, 'en').engines).toEqual([
      ...['phrases', 'vendor', 'network', 'on-device'],
    ]);
  });

  it('never allow sending by themselves', () => {
    expect(saneSettings({}, 'en').allowsSending).toBeUndefined();
    expect(saneSettings({ allowsSending: 'yes' }, 'en').allowsSending).toBeUndefined();
  });

  it('greet in the language', () => {
    const settings = saneSettings({ greetings: { 'de-AT': 'Grüß Gott!' } }, 'en');
    expect(greetingOf(settings, 'de-AT')).toBe('Grüß Gott!');
    expect(greetingOf(settings, 'de-DE')).toMatch(/^Hallo/);
    expect(greetingOf(settings, 'xx')).toMatch(/^Hello/);
  });
});
