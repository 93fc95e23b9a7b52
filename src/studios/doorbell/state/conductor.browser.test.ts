import { afterEach, expect, it, vi } from 'vitest';
import { Conductor, type VisitParts, type VisitProblem } from './conductor.svelte.ts';

const LIMITS = { recordSec: 20, showSec: 5 };
const never = new Promise<never>(() => undefined);

interface Ended {
  readonly visit: number;
  readonly outcome: string;
  readonly problems: readonly VisitProblem[];
}

/** Parts that all succeed at once, but for those that a test gives. */
function partsWith(
  some: Partial<VisitParts>,
): VisitParts & { readonly ends: Ended[]; readonly did: string[] } {
  const ends: Ended[] = [];
  const did: string[] = [];
  const say = <T>(what: string, answer: T): Promise<T> => {
    did.push(what);
    return Promise.resolve(answer);
  };
  return {
    ends,
    did,
    keep: () => say('keep', undefined),
    showGreeting: () => did.push('show'),
    greet: () => say('greet', undefined),
    record: () => say('record', { hasSound: true }),
    endRecording: () => did.push('end-recording'),
    transcribe: () => say('transcribe', { hasWords: true }),
    tell: () => say('tell', undefined),
    moved: () => undefined,
    ended: (visit, outcome, problems) => ends.push({ visit, outcome, problems }),
    ...some,
  };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('plays a visit on its parts, and the next one begins as the first', async () => {
  const parts = partsWith({});
  const conductor = new Conductor(parts);
  for (const visit of [1, 2]) {
    expect(conductor.begin(true, LIMITS)).toBe(visit);
    expect(conductor.begin(true, LIMITS)).toBeUndefined();
    await vi.waitFor(() => expect(parts.ends).toHaveLength(visit));
    expect(parts.ends.at(-1)).toEqual({ visit, outcome: 'told', problems: [] });
  }
  expect(parts.did.slice(0, 5)).toEqual(['keep', 'greet', 'record', 'transcribe', 'tell']);
});

it('goes on when a part throws, and says what went wrong', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const broken = (): Promise<never> => Promise.reject(new Error('broken'));
  const parts = partsWith({ keep: broken, greet: broken, record: broken, tell: broken });
  const conductor = new Conductor(parts);
  conductor.begin(true, LIMITS);
  await vi.waitFor(() => expect(parts.ends).toHaveLength(1));
  expect(parts.ends[0]).toEqual({
    visit: 1,
    outcome: 'failed',
    problems: ['not-kept', 'not-greeted', 'not-recorded', 'not-told'],
  });
});

it.each(['keep', 'greet', 'record', 'transcribe', 'tell'] as const)(
  'ends though %s never answers, and tells it so',
  async (part) => {
    vi.useFakeTimers();
    let nowMs = 0;
    const signals: AbortSignal[] = [];
    const hang = (_visit: number, signal: AbortSignal): Promise<never> => {
      signals.push(signal);
      return never;
    };
    const parts = partsWith({ [part]: hang });
    const conductor = new Conductor(parts, () => nowMs);
    conductor.begin(true, LIMITS);
    for (let second = 0; second < 300 && conductor.isUnderWay; second += 1) {
      nowMs += 1000;
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(parts.ends).toHaveLength(1);
    expect(parts.ends[0]?.problems).toHaveLength(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    // No clock ticks on for a visit that is over.
    expect(vi.getTimerCount()).toBe(0);
  },
);
