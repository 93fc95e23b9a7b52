import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Announcer, type Pauses } from './announcer.ts';

const PAUSES: Pauses = { holdOffSec: 30, quiet: undefined };
const there = (atMs: number, isThere = true) => ({ isThere, isVisitor: isThere, atMs, minuteOfDay: 600 });

describe('announcer', () => {
  it('announces once, and the next one only when this one has left and the pause is over', () => {
    const announcer = new Announcer();
    expect(announcer.push(there(0), PAUSES)).toEqual({ fired: true, hold: undefined });
    expect(announcer.push(there(1000), PAUSES)).toEqual({ fired: false, hold: 'visit' });
    announcer.visitEnded(5000, PAUSES);
    expect(announcer.push(there(6000), PAUSES).hold).toBe('still-there');
    // A moment away is not gone.
    announcer.push(there(7000, false), PAUSES);
    expect(announcer.push(there(8000), PAUSES).hold).toBe('still-there');
    announcer.push(there(9000, false), PAUSES);
    expect(announcer.push(there(11_000, false), PAUSES).hold).toBe('hold-off');
    expect(announcer.push(there(34_999), PAUSES)).toEqual({ fired: false, hold: 'hold-off' });
    expect(announcer.push(there(35_000), PAUSES)).toEqual({ fired: true, hold: undefined });
  });

  it('does not announce who rang the bell before they have left', () => {
    const announcer = new Announcer();
    announcer.visitBegan(500);
    expect(announcer.push(there(1000), PAUSES).hold).toBe('visit');
    announcer.visitEnded(30_000, PAUSES);
    // They stay beyond the pause.
    expect(announcer.push(there(61_000), PAUSES)).toEqual({ fired: false, hold: 'still-there' });
    announcer.push(there(62_000, false), PAUSES);
    announcer.push(there(64_000, false), PAUSES);
    expect(announcer.push(there(65_000), PAUSES).fired).toBe(true);
  });

  it('is still in the quiet hours', () => {
    const quiet: Pauses = { holdOffSec: 0, quiet: { fromMinute: 22 * 60, toMinute: 7 * 60 } };
    const announcer = new Announcer();
    expect(announcer.push({ ...there(0), minuteOfDay: 23 * 60 }, quiet)).toEqual({
      fired: false,
      hold: 'quiet',
    });
    expect(announcer.push({ ...there(1), minuteOfDay: 7 * 60 }, quiet).fired).toBe(true);
  });

  it('whoever comes and goes: never twice within the pause, and never again for who stays', () => {
    const moment = fc.record({ stepMs: fc.integer({ min: 1, max: 4000 }), isThere: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(moment, { maxLength: 200 }),
        fc.integer({ min: 0, max: 60 }),
        (moments, holdOffSec) => {
          const announcer = new Announcer();
          const pauses = { holdOffSec, quiet: undefined };
          let atMs = 0;
          let endedMs: number | undefined;
          let wasAway = true;
          let awaySinceMs: number | undefined = 0;
          for (const { stepMs, isThere } of moments) {
            atMs += stepMs;
            const { fired } = announcer.push(there(atMs, isThere), pauses);
            if (isThere) awaySinceMs = undefined;
            else {
              awaySinceMs ??= atMs;
              if (atMs - awaySinceMs >= 2000) wasAway = true;
            }
            if (!fired) continue;
            expect(isThere).toBe(true);
            expect(wasAway).toBe(true);
            if (endedMs !== undefined) expect(atMs - endedMs).toBeGreaterThanOrEqual(holdOffSec * 1000);
            wasAway = false;
            // The visit lasts no time at all.
            announcer.visitEnded(atMs, pauses);
            endedMs = atMs;
          }
        },
      ),
    );
  });
});
