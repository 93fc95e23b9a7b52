import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planCleanUp, type SizedMessage } from './clean-up.ts';

const messages = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    atMs: fc.nat(1000),
    bytes: fc.nat(1000),
    stays: fc.boolean(),
  }),
  { selector: ({ id }) => id },
);
const bytesOf = (list: readonly SizedMessage[]): number => list.reduce((sum, { bytes }) => sum + bytes, 0);

it('lets the oldest go, none that stays, and no more than needed', () => {
  fc.assert(
    fc.property(messages, fc.nat(5000), (list, limit) => {
      const plan = planCleanUp(list, limit);
      const free = list.filter(({ stays }) => !stays).toSorted((a, b) => a.atMs - b.atMs);
      if (limit === 0 || bytesOf(list) <= limit) {
        expect(plan).toBeUndefined();
        return;
      }
      if (plan === undefined) {
        expect(free).toEqual([]);
        return;
      }
      const going = free.slice(0, plan.ids.length);
      expect(plan.ids).toEqual(going.map(({ id }) => id));
      expect(plan.bytes).toBe(bytesOf(going));
      const rest = bytesOf(list) - plan.bytes;
      expect(plan.isEnough).toBe(rest <= limit);
      if (!plan.isEnough) expect(plan.ids).toHaveLength(free.length);
      // The last of them was needed.
      expect(rest + (going.at(-1)?.bytes ?? 0)).toBeGreaterThan(limit);
    }),
  );
});
