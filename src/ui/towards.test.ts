import fc from 'fast-check';
import { expect, it } from 'vitest';
import { towards } from './towards.ts';

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 25 });

it('comes to what is wanted, a few at a time, and stays there', () => {
  fc.assert(
    fc.property(ids, ids, fc.integer({ min: 1, max: 5 }), (from, wanted, most) => {
      let drawn: readonly string[] = from;
      for (let step = 0; step <= from.length + wanted.length + 1; step += 1) {
        const next = towards(drawn, wanted, most);
        const come = next.filter((id) => !drawn.includes(id));
        const gone = drawn.filter((id) => !next.includes(id));
        expect(come.length).toBeLessThanOrEqual(most);
        expect(gone.length).toBeLessThanOrEqual(most);
        expect(new Set(next).size).toBe(next.length);
        // What is on show and wanted never goes.
        expect(gone.some((id) => wanted.includes(id))).toBe(false);
        if (next === drawn) break;
        drawn = next;
      }
      expect(drawn).toEqual(wanted);
    }),
  );
});
