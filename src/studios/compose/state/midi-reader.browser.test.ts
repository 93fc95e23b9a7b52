import { describe, expect, it } from 'vitest';
import { writeSong } from '../../../platform/midi-file-write.ts';
import { openMidi } from './midi-reader.ts';

const small = writeSong(
  [{ name: 'Soprano', notes: [{ startTick: 0, lengthTick: 480, pitchMidi: 60, velocity: 80 }] }],
  96,
  'Piece',
);

const NOTES = 150_000;

/** Many notes and 50 bytes of text after each: over 9 MB. */
function large(): Uint8Array<ArrayBuffer> {
  const each = [0, 0x90, 60, 80, 60, 0x80, 60, 0, 0, 0xff, 1, 50, ...new Array<number>(50).fill(97)];
  const length = NOTES * each.length + 4;
  const size = [24, 16, 8, 0].map((shift) => (length >>> shift) & 255);
  const head = [77, 84, 104, 100, 0, 0, 0, 6, 0, 0, 0, 1, 1, 0xe0, 77, 84, 114, 107, ...size];
  const file = new Uint8Array(head.length + length);
  file.set(head);
  for (let i = 0; i < NOTES; i += 1) file.set(each, head.length + i * each.length);
  file.set([0, 0xff, 0x2f, 0], file.length - 4);
  return file;
}

describe('a MIDI file opened in a worker', () => {
  it('gives its tracks', async () => {
    const song = await openMidi(new File([small], 'a.mid'));
    expect(song).toMatchObject({ ok: true, value: { tracks: [{ name: 'Soprano', isDrums: false }] } });
  });

  it('of over 9 MB is read', async () => {
    const bytes = large();
    expect(bytes.length).toBeGreaterThan(9_000_000);
    const song = await openMidi(new File([bytes], 'large.mid'));
    expect(song.ok && song.value.tracks[0]?.notes.length).toBe(NOTES);
  });

  it('that takes too long, or is none, is refused by name', async () => {
    const late = await openMidi(new File([large()], 'late.mid'), 0);
    expect(late).toMatchObject({ ok: false, error: { code: 'too-slow' } });
    expect(late.ok ? '' : late.error.message).toContain('late.mid');
    const none = await openMidi(new File(['no'], 'none.mid'));
    expect(none).toMatchObject({ ok: false, error: { code: 'not-midi' } });
    expect(none.ok ? '' : none.error.message).toContain('none.mid');
  });
});
