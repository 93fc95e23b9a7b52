import {
  NO_VISIT,
  stepVisit,
  type VisitEffect,
  type VisitEvent,
  type VisitLimits,
  type VisitPhase,
  type VisitProblem,
  type VisitState,
} from '../engine/visit.ts';

export type { VisitPhase, VisitProblem, VisitState } from '../engine/visit.ts';

/** What a visit is played on. Each takes as long as it takes; the signal says that its answer is no longer awaited. */
export interface VisitParts {
  keep(visit: number, signal: AbortSignal): Promise<VisitProblem | undefined>;
  showGreeting(visit: number): void;
  greet(visit: number, signal: AbortSignal): Promise<VisitProblem | undefined>;
  /** Ends after `recordSec`, by `endRecording`, or when the microphone goes. Tells `soundCame` once some of it is kept. */
  record(
    visit: number,
    signal: AbortSignal,
  ): Promise<{ readonly hasSound: boolean; readonly problem?: VisitProblem | undefined }>;
  endRecording(visit: number): void;
  transcribe(
    visit: number,
    signal: AbortSignal,
  ): Promise<{ readonly hasWords: boolean; readonly problem?: VisitProblem | undefined }>;
  tell(visit: number, signal: AbortSignal): Promise<VisitProblem | undefined>;
  /** A new phase, with what went wrong until then. */
  moved(state: VisitState): void;
  ended(visit: number, outcome: 'told' | 'failed', problems: readonly VisitProblem[]): void;
}

const TICK_MS = 200;

/** Plays visits, one at a time, on what the browser has. */
export class Conductor {
  readonly #parts: VisitParts;
  readonly #now: () => number;
  #state = $state.raw<VisitState>(NO_VISIT);
  #signals = new Map<VisitPhase, AbortController>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /**
   * @param parts what does the work
   * @param now a clock that does not run backwards, ms
   */
  constructor(parts: VisitParts, now: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  get state(): VisitState {
    return this.#state;
  }
  get phase(): VisitPhase {
    return this.#state.phase;
  }
  get isUnderWay(): boolean {
    return this.#state.phase !== 'idle';
  }

  /** @returns the number of the visit, undefined when one is under way */
  begin(isArmed: boolean, limits: VisitLimits): number | undefined {
    if (this.isUnderWay || this.#isClosed) return undefined;
    const visit = this.#state.visit + 1;
    this.#timer = setInterval(() => this.#take({ kind: 'tick' }), TICK_MS);
    this.#take({ kind: 'began', visit, isArmed, limits });
    return visit;
  }

  /** The visitor has said all. */
  saidAll(): void {
    this.#take({ kind: 'said-all', visit: this.#state.visit });
  }

  /** Some of the recording of the visit under way is kept. */
  soundCame(visit: number): void {
    this.#take({ kind: 'sound-came', visit });
  }

  /** A person ends the visit; a recording under way is kept. */
  stop(): void {
    this.#take({ kind: 'stopped', visit: this.#state.visit });
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const signal of this.#signals.values()) signal.abort();
  }

  #take(event: VisitEvent): void {
    if (this.#isClosed) return;
    const before = this.#state;
    const { state, effects } = stepVisit(before, event, this.#now());
    this.#state = state;
    if (state.phase !== before.phase && state.phase !== 'idle') this.#parts.moved(state);
    for (const effect of effects) this.#do(effect);
    if (state.phase === 'idle') clearInterval(this.#timer);
  }

  #do(effect: VisitEffect): void {
    const { visit } = effect;
    switch (effect.kind) {
      case 'keep':
        this.#run(
          'seen',
          (signal) => this.#parts.keep(visit, signal),
          'not-kept',
          (problem) => ({
            kind: 'kept',
            visit,
            problem,
          }),
        );
        break;
      case 'show-greeting':
        this.#parts.showGreeting(visit);
        break;
      case 'greet':
        this.#run(
          'greeting',
          (signal) => this.#parts.greet(visit, signal),
          'not-greeted',
          (problem) => ({
            kind: 'greeted',
            visit,
            problem,
          }),
        );
        break;
      case 'record':
        this.#run(
          'listening',
          (signal) => this.#parts.record(visit, signal),
          { hasSound: false, problem: 'not-recorded' },
          (answer) => ({ kind: 'recorded', visit, ...answer }),
        );
        break;
      case 'end-recording':
        this.#parts.endRecording(visit);
        break;
      case 'transcribe':
        this.#run(
          'transcribing',
          (signal) => this.#parts.transcribe(visit, signal),
          { hasWords: false, problem: 'not-transcribed' },
          (answer) => ({ kind: 'transcribed', visit, ...answer }),
        );
        break;
      case 'tell':
        this.#run(
          'told',
          (signal) => this.#parts.tell(visit, signal),
          'not-told',
          (problem) => ({
            kind: 'was-told',
            visit,
            problem,
          }),
        );
        break;
      case 'let-go':
        this.#signals.get(effect.of)?.abort();
        break;
      case 'ended':
        for (const signal of this.#signals.values()) signal.abort();
        this.#signals = new Map();
        this.#parts.ended(visit, effect.outcome, effect.problems);
        break;
    }
  }

  /** Whatever a part throws is the problem of its phase: the visit goes on. */
  #run<T>(
    phase: VisitPhase,
    work: (signal: AbortSignal) => Promise<T>,
    failed: NoInfer<T>,
    answer: (value: T) => VisitEvent,
  ): void {
    const stop = new AbortController();
    this.#signals.set(phase, stop);
    work(stop.signal).then(
      (value) => this.#take(answer(value)),
      (thrown: unknown) => {
        if (!stop.signal.aborted) console.error(`A visit went on without ${phase}`, thrown);
        this.#take(answer(failed));
      },
    );
  }
}
