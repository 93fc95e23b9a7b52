import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LIMIT_MS,
  longestVisitMs,
  NO_VISIT,
  stepVisit,
  type VisitEffect,
  type VisitEvent,
  type VisitPhase,
  type VisitProblem,
  type VisitState,
} from './visit.ts';

const LIMITS = { recordSec: 20, showSec: 10 };
const ORDER: readonly VisitPhase[] = ['seen', 'greeting', 'listening', 'transcribing', 'told', 'idle'];

function play(events: readonly VisitEvent[]): { state: VisitState; effects: VisitEffect[] } {
  let state = NO_VISIT;
  const effects: VisitEffect[] = [];
  events.forEach((event, atMs) => {
    const step = stepVisit(state, event, atMs);
    ({ state } = step);
    effects.push(...step.effects);
  });
  return { state, effects };
}

const began = (visit: number, isArmed = true): VisitEvent => ({
  kind: 'began',
  visit,
  isArmed,
  limits: LIMITS,
});

const visits = fc.integer({ min: 0, max: 4 });
const problem = fc.option(
  fc.constantFrom<VisitProblem>('not-kept', 'microphone-lost', 'no-engine', 'nothing-said', 'not-told'),
  { nil: undefined },
);
const withProblem = <Kind extends string>(kind: Kind) =>
  fc.record({ kind: fc.constant(kind), visit: visits, problem });

const anyEvent: fc.Arbitrary<VisitEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('began' as const),
    visit: visits,
    isArmed: fc.boolean(),
    limits: fc.record({
      recordSec: fc.integer({ min: 1, max: 120 }),
      showSec: fc.integer({ min: 1, max: 60 }),
    }),
  }),
  withProblem('kept'),
  withProblem('greeted'),
  withProblem('was-told'),
  fc.record({ kind: fc.constant('sound-came' as const), visit: visits }),
  fc.record({ kind: fc.constant('said-all' as const), visit: visits }),
  fc.record({ kind: fc.constant('stopped' as const), visit: visits }),
  fc.record({ kind: fc.constant('recorded' as const), visit: visits, hasSound: fc.boolean() }),
  fc.record({ kind: fc.constant('transcribed' as const), visit: visits, hasWords: fc.boolean() }),
  fc.constant({ kind: 'tick' as const }),
);
const script = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 60_000 })), { maxLength: 60 });

describe('a visit', () => {
  it('goes from being seen to being told', () => {
    const { state, effects } = play([
      began(1),
      { kind: 'kept', visit: 1 },
      { kind: 'greeted', visit: 1 },
      { kind: 'said-all', visit: 1 },
      { kind: 'recorded', visit: 1, hasSound: true },
      { kind: 'transcribed', visit: 1, hasWords: true },
      { kind: 'was-told', visit: 1 },
    ]);
    expect(effects.map(({ kind }) => kind)).toEqual([
      'keep',
      'greet',
      'record',
      'end-recording',
      'transcribe',
      'tell',
      'ended',
    ]);
    expect(effects.at(-1)).toMatchObject({ outcome: 'told', problems: [] });
    expect(state.phase).toBe('idle');
  });

  it('that nobody armed shows the greeting, records nothing and is told', () => {
    const first = play([began(1, false), { kind: 'kept', visit: 1 }]);
    expect(first.effects.map(({ kind }) => kind)).toEqual(['keep', 'show-greeting']);
    const later = stepVisit(first.state, { kind: 'tick' }, LIMITS.showSec * 1000 + 1);
    expect(later.state.phase).toBe('told');
    const told = stepVisit(later.state, { kind: 'was-told', visit: 1 }, LIMITS.showSec * 1000 + 2);
    expect(told.effects).toEqual([{ kind: 'ended', visit: 1, outcome: 'failed', problems: ['not-armed'] }]);
  });

  it('ends the recording after its time, and goes on when it never closes', () => {
    const { state } = play([began(1), { kind: 'kept', visit: 1 }, { kind: 'greeted', visit: 1 }]);
    expect(stepVisit(state, { kind: 'tick' }, state.untilMs - 1).effects).toEqual([]);
    const closing = stepVisit(state, { kind: 'tick' }, state.untilMs);
    expect(closing.effects).toEqual([{ kind: 'end-recording', visit: 1 }]);
    const lost = stepVisit(closing.state, { kind: 'tick' }, state.untilMs + LIMIT_MS.close);
    expect(lost.effects.map(({ kind }) => kind)).toEqual(['let-go', 'tell']);
    expect(lost.state.problems).toEqual(['not-recorded']);
  });

  it('writes down what is kept of a recording that never closes', () => {
    const { state } = play([
      began(1),
      { kind: 'kept', visit: 1 },
      { kind: 'greeted', visit: 1 },
      { kind: 'sound-came', visit: 1 },
      { kind: 'said-all', visit: 1 },
    ]);
    const lost = stepVisit(state, { kind: 'tick' }, state.untilMs);
    expect(lost.effects.map(({ kind }) => kind)).toEqual(['let-go', 'transcribe']);
    expect(lost.state.problems).toEqual(['not-closed']);
  });

  it('that a person stops while it is recorded keeps what was said', () => {
    const { state, effects } = play([
      began(1),
      { kind: 'kept', visit: 1 },
      { kind: 'greeted', visit: 1 },
      { kind: 'stopped', visit: 1 },
      { kind: 'recorded', visit: 1, hasSound: true },
    ]);
    expect(effects.at(-1)).toEqual({ kind: 'transcribe', visit: 1 });
    expect(state.problems).toEqual(['stopped']);
  });

  it('always ends, whatever fails or never answers, and only once', () => {
    fc.assert(
      fc.property(script, (events) => {
        let state = NO_VISIT;
        let atMs = 0;
        let beganAtMs = 0;
        const ends = new Map<number, number>();
        const begun = new Set<number>();
        const take = (event: VisitEvent): void => {
          const before = state;
          const { state: after, effects } = stepVisit(state, event, atMs);
          state = after;
          if (before.phase === 'idle' && after.phase !== 'idle') {
            begun.add(after.visit);
            beganAtMs = atMs;
          }
          for (const effect of effects)
            if (effect.kind === 'ended') ends.set(effect.visit, (ends.get(effect.visit) ?? 0) + 1);
        };
        for (const [event, pauseMs] of events) {
          atMs += pauseMs;
          take(event);
        }
        // Nobody answers any more; a clock ticks every second.
        const limitMs = longestVisitMs(state.limits);
        const fromMs = atMs;
        while (state.phase !== 'idle' && atMs - fromMs <= limitMs + 10_000) {
          atMs += 1000;
          take({ kind: 'tick' });
        }
        expect(state.phase).toBe('idle');
        expect(beganAtMs).toBeLessThanOrEqual(atMs);
        expect([...ends.keys()].sort()).toEqual([...begun].sort());
        expect([...ends.values()].every((count) => count === 1)).toBe(true);
      }),
    );
  });

  it('only ever goes forward, and does things for itself alone', () => {
    fc.assert(
      fc.property(script, (events) => {
        let state = NO_VISIT;
        let atMs = 0;
        for (const [event, pauseMs] of events) {
          atMs += pauseMs;
          const before = state;
          const { state: after, effects } = stepVisit(state, event, atMs);
          const current = after.visit;
          expect(effects.every(({ visit }) => visit === current)).toBe(true);
          if (before.phase !== 'idle') {
            expect(current).toBe(before.visit);
            expect(ORDER.indexOf(after.phase)).toBeGreaterThanOrEqual(ORDER.indexOf(before.phase));
          }
          // Of the last visit nothing is left in the next.
          if (before.phase === 'idle' && after.phase !== 'idle')
            expect(after).toMatchObject({ hasSound: false, hasWords: false, isClosing: false, problems: [] });
          if ('visit' in event && event.kind !== 'began' && event.visit !== before.visit)
            expect(after).toBe(before);
          state = after;
        }
      }),
    );
  });
});
