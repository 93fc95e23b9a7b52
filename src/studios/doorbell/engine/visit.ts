/**
 * A visit from being seen to being told about, as a state machine without a clock of its own: events go in with their
 * time, effects come out for whoever has a loudspeaker, a microphone and a store.
 */

/** Where a visit stands. `idle`: there is none. */
export type VisitPhase = 'idle' | 'seen' | 'greeting' | 'listening' | 'transcribing' | 'told';

/** What a visit can be begun by. */
export const VISIT_CAUSES = ['sensor', 'ring', 'voice', 'camera'] as const;
export type VisitCause = (typeof VISIT_CAUSES)[number];

/** What went wrong in a visit; it went on as far as it could. */
export type VisitProblem =
  /** Sound and microphone were not armed by a gesture: only the large text was shown. */
  | 'not-armed'
  | 'not-kept'
  | 'storage-full'
  | 'not-greeted'
  | 'no-microphone'
  | 'microphone-refused'
  | 'microphone-lost'
  | 'not-recorded'
  /** What was recorded is kept, but the recording was not closed: its end may be missing. */
  | 'not-closed'
  | 'no-engine'
  | 'not-transcribed'
  | 'nothing-said'
  | 'transcribing-too-slow'
  | 'not-told'
  | 'stopped'
  | 'page-closed';

export interface VisitLimits {
  /** How long the visitor is recorded, s. */
  readonly recordSec: number;
  /** How long the large text stays when nothing may sound, s. */
  readonly showSec: number;
}

/** What happens. An event carries the visit that it belongs to; one of another visit changes nothing. */
export type VisitEvent =
  | {
      readonly kind: 'began';
      readonly visit: number;
      readonly isArmed: boolean;
      readonly limits: VisitLimits;
    }
  /** The visit is in the store, or could not be put there. */
  | { readonly kind: 'kept'; readonly visit: number; readonly problem?: VisitProblem | undefined }
  | { readonly kind: 'greeted'; readonly visit: number; readonly problem?: VisitProblem | undefined }
  /** The first of the recording is kept. */
  | { readonly kind: 'sound-came'; readonly visit: number }
  /** The visitor pressed the button, or was silent for a while. */
  | { readonly kind: 'said-all'; readonly visit: number }
  /** The recording is over; `hasSound`: there is one, and it is in the store. */
  | {
      readonly kind: 'recorded';
      readonly visit: number;
      readonly hasSound: boolean;
      readonly problem?: VisitProblem | undefined;
    }
  | {
      readonly kind: 'transcribed';
      readonly visit: number;
      readonly hasWords: boolean;
      readonly problem?: VisitProblem | undefined;
    }
  | { readonly kind: 'was-told'; readonly visit: number; readonly problem?: VisitProblem | undefined }
  /** A person ends the visit. */
  | { readonly kind: 'stopped'; readonly visit: number }
  /** Time has passed. */
  | { readonly kind: 'tick' };

/** What is to be done now, for a visit. */
export type VisitEffect =
  | { readonly kind: 'keep'; readonly visit: number }
  | { readonly kind: 'show-greeting'; readonly visit: number }
  | { readonly kind: 'greet'; readonly visit: number }
  | { readonly kind: 'record'; readonly visit: number }
  | { readonly kind: 'end-recording'; readonly visit: number }
  | { readonly kind: 'transcribe'; readonly visit: number }
  | { readonly kind: 'tell'; readonly visit: number }
  /** Whatever still goes on for this visit stops: its answers would come too late. */
  | { readonly kind: 'let-go'; readonly visit: number; readonly of: Exclude<VisitPhase, 'idle'> }
  | {
      readonly kind: 'ended';
      readonly visit: number;
      readonly outcome: 'told' | 'failed';
      readonly problems: readonly VisitProblem[];
    };

export interface VisitState {
  readonly phase: VisitPhase;
  /** The visit under way, or the last one; 0 before the first. */
  readonly visit: number;
  readonly phaseSinceMs: number;
  /** When the phase ends by itself, ms of the caller's clock. */
  readonly untilMs: number;
  readonly limits: VisitLimits;
  readonly isArmed: boolean;
  /** The recording was asked to end, and is being closed. */
  readonly isClosing: boolean;
  readonly hasSound: boolean;
  readonly hasWords: boolean;
  readonly problems: readonly VisitProblem[];
}

export interface VisitStep {
  readonly state: VisitState;
  readonly effects: readonly VisitEffect[];
}

/** Longest time that each thing may take, ms. After that the visit goes on without it. */
export const LIMIT_MS = {
  keep: 5000,
  greet: 30_000,
  /** For the microphone to be had, beside the time of the recording itself. */
  microphone: 15_000,
  close: 10_000,
  transcribe: 120_000,
  tell: 20_000,
} as const;

/** No visit, and none before. */
export const NO_VISIT: VisitState = {
  phase: 'idle',
  visit: 0,
  phaseSinceMs: 0,
  untilMs: Infinity,
  limits: { recordSec: 20, showSec: 10 },
  isArmed: false,
  isClosing: false,
  hasSound: false,
  hasWords: false,
  problems: [],
};

/**
 * The longest that a visit can last.
 *
 * @param limits of the visit
 * @returns ms
 */
export const longestVisitMs = ({ recordSec, showSec }: VisitLimits): number =>
  LIMIT_MS.keep +
  Math.max(LIMIT_MS.greet, showSec * 1000) +
  LIMIT_MS.microphone +
  recordSec * 1000 +
  LIMIT_MS.close +
  LIMIT_MS.transcribe +
  LIMIT_MS.tell;

const still = (state: VisitState): VisitStep => ({ state, effects: [] });

function withProblem(state: VisitState, problem: VisitProblem | undefined): VisitState {
  return problem === undefined || state.problems.includes(problem)
    ? state
    : { ...state, problems: [...state.problems, problem] };
}

function enter(
  state: VisitState,
  phase: VisitPhase,
  atMs: number,
  limitMs: number,
  ...effects: readonly VisitEffect[]
): VisitStep {
  return {
    state: { ...state, phase, phaseSinceMs: atMs, untilMs: atMs + limitMs, isClosing: false },
    effects,
  };
}

function end(state: VisitState, atMs: number): VisitStep {
  const outcome = state.hasSound || state.hasWords ? 'told' : 'failed';
  const { visit, problems } = state;
  return {
    state: { ...NO_VISIT, visit, phaseSinceMs: atMs },
    effects: [{ kind: 'ended', visit, outcome, problems }],
  };
}

function greet(state: VisitState, atMs: number): VisitStep {
  const { visit, limits, isArmed } = state;
  if (isArmed) return enter(state, 'greeting', atMs, LIMIT_MS.greet, { kind: 'greet', visit });
  const unarmed = withProblem(state, 'not-armed');
  return enter(unarmed, 'greeting', atMs, limits.showSec * 1000, { kind: 'show-greeting', visit });
}

function listen(state: VisitState, atMs: number): VisitStep {
  const { visit, limits } = state;
  return enter(state, 'listening', atMs, limits.recordSec * 1000 + LIMIT_MS.microphone, {
    kind: 'record',
    visit,
  });
}

const tell = (state: VisitState, atMs: number): VisitStep =>
  enter(state, 'told', atMs, LIMIT_MS.tell, { kind: 'tell', visit: state.visit });

function afterGreeting(state: VisitState, atMs: number): VisitStep {
  return state.isArmed ? listen(state, atMs) : tell(state, atMs);
}

function afterRecording(state: VisitState, atMs: number): VisitStep {
  if (!state.hasSound) return tell(state, atMs);
  return enter(state, 'transcribing', atMs, LIMIT_MS.transcribe, { kind: 'transcribe', visit: state.visit });
}

function close(state: VisitState, atMs: number): VisitStep {
  if (state.isClosing) return still(state);
  return {
    state: { ...state, isClosing: true, untilMs: atMs + LIMIT_MS.close },
    effects: [{ kind: 'end-recording', visit: state.visit }],
  };
}

// What was awaited never came: the visit goes on without it.
function overdue(state: VisitState, atMs: number): VisitStep {
  const { phase, visit } = state;
  if (phase === 'idle') return still(state);
  if (phase === 'listening' && !state.isClosing) return close(state, atMs);
  const next = ((): VisitStep => {
    switch (phase) {
      case 'seen':
        return greet(withProblem(state, 'not-kept'), atMs);
      case 'greeting':
        return afterGreeting(state.isArmed ? withProblem(state, 'not-greeted') : state, atMs);
      case 'listening':
        return afterRecording(withProblem(state, state.hasSound ? 'not-closed' : 'not-recorded'), atMs);
      case 'transcribing':
        return tell(withProblem(state, 'transcribing-too-slow'), atMs);
      case 'told':
        return end(withProblem(state, 'not-told'), atMs);
    }
  })();
  return { state: next.state, effects: [{ kind: 'let-go', visit, of: phase }, ...next.effects] };
}

/**
 * One step of a visit.
 *
 * @param state where it stands
 * @param event what happened
 * @param atMs when, ms of any clock that does not run backwards
 * @returns where it stands now, and what is to be done, in order
 */
export function stepVisit(state: VisitState, event: VisitEvent, atMs: number): VisitStep {
  if (event.kind === 'tick') return atMs >= state.untilMs ? overdue(state, atMs) : still(state);
  if (event.kind === 'began') {
    if (state.phase !== 'idle' || event.visit <= state.visit) return still(state);
    const { visit, isArmed, limits } = event;
    return enter({ ...NO_VISIT, visit, isArmed, limits }, 'seen', atMs, LIMIT_MS.keep, {
      kind: 'keep',
      visit,
    });
  }
  if (state.phase === 'idle' || event.visit !== state.visit) return still(state);
  return stepUnderWay(state, event, atMs);
}

function stepUnderWay(
  state: VisitState,
  event: Exclude<VisitEvent, { readonly kind: 'tick' | 'began' }>,
  atMs: number,
): VisitStep {
  const { phase, visit } = state;
  switch (event.kind) {
    case 'kept':
      return phase === 'seen' ? greet(withProblem(state, event.problem), atMs) : still(state);
    case 'greeted':
      return phase === 'greeting' && state.isArmed
        ? afterGreeting(withProblem(state, event.problem), atMs)
        : still(state);
    case 'sound-came':
      return phase === 'listening' ? still({ ...state, hasSound: true }) : still(state);
    case 'said-all':
      return phase === 'listening' ? close(state, atMs) : still(state);
    case 'recorded':
      return phase === 'listening'
        ? afterRecording({ ...withProblem(state, event.problem), hasSound: event.hasSound }, atMs)
        : still(state);
    case 'transcribed':
      return phase === 'transcribing'
        ? tell({ ...withProblem(state, event.problem), hasWords: event.hasWords }, atMs)
        : still(state);
    case 'was-told':
      return phase === 'told' ? end(withProblem(state, event.problem), atMs) : still(state);
    case 'stopped': {
      // A recording under way is closed and kept; everything else ends here.
      if (phase === 'listening') return close(withProblem(state, 'stopped'), atMs);
      if (phase === 'idle') return still(state);
      const ended = end(withProblem(state, 'stopped'), atMs);
      return { state: ended.state, effects: [{ kind: 'let-go', visit, of: phase }, ...ended.effects] };
    }
  }
}
