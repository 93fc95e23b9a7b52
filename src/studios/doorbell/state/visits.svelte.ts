import { Serial } from '../../../kernel/serial.ts';
import type { MicrophoneCode } from '../../../platform/audio/microphone.ts';
import { busy } from '../../../platform/busy.ts';
import type { Message } from '../engine/message.ts';
import { greetingOf, type DoorbellSettings } from '../engine/settings.ts';
import type { VisitCause, VisitProblem, VisitState } from '../engine/visit.ts';
import { chime } from './chime.ts';
import { Conductor, type VisitParts } from './conductor.svelte.ts';
import type { Ear } from './ears.ts';
import type { Greetings } from './greetings.svelte.ts';
import type { Messages } from './messages.svelte.ts';
import { Badge, notify } from './notifier.ts';
import { VisitRecorder } from './recorder.ts';
import { SaidAll } from './said-all.ts';
import { VisitHearing } from './visit-hearing.svelte.ts';
import type { VoiceNetwork } from './voice-network.svelte.ts';
import type { Voices } from './voices.svelte.ts';

/** How long the large greeting stays when nothing may sound, s. */
const SHOW_SEC = 12;
const LOOK_EVERY_MS = 50;

const MICROPHONE_PROBLEM: Readonly<Record<MicrophoneCode, VisitProblem>> = {
  'no-microphone': 'no-microphone',
  'microphone-refused': 'microphone-refused',
  insecure: 'microphone-refused',
  'not-recorded': 'not-recorded',
};

export interface VisitsNeed {
  readonly messages: Messages;
  readonly settings: () => DoorbellSettings;
  readonly voices: Voices;
  readonly greetings: Greetings;
  /** Tells whether somebody speaks. */
  readonly network: VoiceNetwork;
  /** Engines that may be used now, in their order. */
  readonly usable: (language: string) => Promise<readonly Ear[]>;
  /** Beside the notification: what else tells of a message. It may not hold the visit up. */
  readonly onTold: (message: Message) => void;
  /** A visit began, by whatever: nothing else begins one until it has ended. */
  readonly onBegan: () => void;
  readonly onEnded: () => void;
}

/** The visits of this tab, played on its loudspeaker, microphone, recognisers and store. */
export class Visits implements VisitParts {
  readonly conductor: Conductor = new Conductor(this);
  readonly #need: VisitsNeed;
  readonly #badge = new Badge();
  #message = $state.raw<Message | undefined>();
  #hearing = $state.raw<VisitHearing | undefined>();
  #isKept = $state(true);
  #seconds = $state(0);
  #level = $state(0);
  #recorder: VisitRecorder | undefined;
  /** No new version of the site is switched on in the middle of a visit. */
  #rest: (() => void) | undefined;
  #endRecording: (() => void) | undefined;

  constructor(need: VisitsNeed) {
    this.#need = need;
  }

  /** Words so far, while they are spoken. */
  get interim(): string {
    return this.#hearing?.interim ?? '';
  }
  /** False: there is no room for what is being recorded; it is in memory. */
  get isKept(): boolean {
    return this.#isKept;
  }
  /** Of the recording, so far. */
  get seconds(): number {
    return this.#seconds;
  }
  /** 0 … 1, for a meter. */
  get level(): number {
    return this.#level;
  }
  /** What the visitor is told, also in large letters; empty when there is no visit. */
  get greeting(): string {
    const { phase } = this.conductor;
    return phase === 'idle' ? '' : greetingOf(this.#need.settings(), this.#need.settings().language);
  }

  /** @returns false when a visit is under way */
  begin(by: VisitCause, distanceCm: number | null, isArmed: boolean): boolean {
    if (this.conductor.isUnderWay) return false;
    const { recordSec, language, rings } = this.#need.settings();
    this.#message = {
      id: crypto.randomUUID(),
      ...{ atMs: Date.now(), distanceCm, by, state: 'seen', problems: [] },
      ...{ transcript: '', heard: '', engine: '', language, soundSec: 0, soundType: '', isStarred: false },
    };
    this.#hearing = new VisitHearing(this.#need, language);
    this.#isKept = true;
    this.#seconds = 0;
    this.#rest = busy().begin();
    this.#need.onBegan();
    if (rings && isArmed) void chime();
    if (isArmed) void this.#hearing.warm();
    return this.conductor.begin(isArmed, { recordSec, showSec: SHOW_SEC }) !== undefined;
  }

  async keep(): Promise<VisitProblem | undefined> {
    const message = this.#message;
    return message === undefined ? 'not-kept' : this.#need.messages.add(message);
  }

  showGreeting(): void {
    // `greeting` is drawn while there is a visit.
  }

  async greet(_visit: number, signal: AbortSignal): Promise<VisitProblem | undefined> {
    const { language, voice } = this.#need.settings();
    const own = this.#need.greetings.of(language);
    // One that cannot be played is better spoken than left out.
    if (own !== undefined && (await this.#need.greetings.play(own, signal)) === undefined) return undefined;
    return this.#need.voices.speak(this.greeting, language, voice, signal);
  }

  async record(
    visit: number,
    signal: AbortSignal,
  ): Promise<{ hasSound: boolean; problem?: VisitProblem | undefined }> {
    const message = this.#message;
    if (message === undefined) return { hasSound: false, problem: 'not-recorded' };
    const { messages } = this.#need;
    const { recordSec, endsOnSilence } = this.#need.settings();
    const writing = new Serial();
    let parts = 0;
    let problem: VisitProblem | undefined;
    let finish: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (finish = resolve));
    this.#endRecording = finish;
    signal.addEventListener('abort', finish);
    const begun = await VisitRecorder.begin(
      (part) => {
        const number = parts;
        parts += 1;
        void writing.run(async () => {
          // What there is no room for is kept in memory: the visitor is not cut off.
          if (!(await messages.addSound(message.id, number, part))) {
            problem ??= 'storage-full';
            this.#isKept = false;
          }
          if (number > 0) return;
          this.#change(message.id, { soundSec: 0.1, soundType: part.type });
          this.conductor.soundCame(visit);
        });
      },
      () => {
        problem = 'microphone-lost';
        finish();
      },
    );
    if (!begun.ok) return { hasSound: false, problem: MICROPHONE_PROBLEM[begun.error.code] };
    const recorder = begun.value;
    this.#recorder = recorder;
    if (!signal.aborted) void this.#hearing?.listenAlong(recorder.track, () => this.#recorder === recorder);
    const saidAll = new SaidAll(recorder.stream, endsOnSilence ? this.#need.network : undefined);
    const timer = setInterval(() => {
      const { levelDb, seconds } = recorder;
      this.#seconds = seconds;
      this.#level = Math.min(1, Math.max(0, (levelDb + 60) / 60));
      const hasSaidAll = saidAll.look(levelDb) && endsOnSilence;
      if (hasSaidAll || seconds >= recordSec) finish();
    }, LOOK_EVERY_MS);
    try {
      await over;
    } finally {
      clearInterval(timer);
      saidAll.close();
      this.#hearing?.unfollow();
      this.#recorder = undefined;
      this.#level = 0;
      await recorder.end();
    }
    await writing.run(() => Promise.resolve());
    const soundSec = parts === 0 ? 0 : recorder.seconds;
    this.#change(message.id, { soundSec, soundType: recorder.type });
    return { hasSound: parts > 0, problem: parts === 0 ? (problem ?? 'not-recorded') : problem };
  }

  endRecording(): void {
    this.#endRecording?.();
  }

  async transcribe(
    _visit: number,
    signal: AbortSignal,
  ): Promise<{ hasWords: boolean; problem?: VisitProblem | undefined }> {
    const message = this.#message;
    const hearing = this.#hearing;
    if (message === undefined || hearing === undefined)
      return { hasWords: false, problem: 'not-transcribed' };
    const words = await hearing.words(() => this.#need.messages.sound(message), signal);
    if ('problem' in words) return { hasWords: false, problem: words.problem };
    this.#change(message.id, words);
    return { hasWords: true };
  }

  /** Engines that send sound may not any more. */
  stopSending(): void {
    this.#hearing?.stopSending();
  }

  async tell(): Promise<VisitProblem | undefined> {
    const message = this.#message;
    this.#badge.add();
    if (message !== undefined) this.#need.onTold(message);
    if (message === undefined || !this.#need.settings().notifies) return undefined;
    return notify(message);
  }

  moved({ phase, problems }: VisitState): void {
    const message = this.#message;
    // The message itself is put into the store by `keep`.
    if (message === undefined || phase === 'seen' || phase === 'idle') return;
    this.#change(message.id, { state: phase, problems });
  }

  ended(_visit: number, outcome: 'told' | 'failed', problems: readonly VisitProblem[]): void {
    const message = this.#message;
    this.#hearing?.close();
    this.#hearing = undefined;
    this.#endRecording = undefined;
    this.#rest?.();
    this.#message = undefined;
    if (message !== undefined) void this.#need.messages.end(message.id, { state: outcome, problems });
    this.#need.onEnded();
  }

  /** The page closes: the microphone is given back. */
  close(): void {
    this.conductor.close();
    this.#badge.close();
    this.#rest?.();
    this.#hearing?.close();
    void this.#recorder?.end();
  }

  #change(id: string, fields: Partial<Message>): void {
    if (this.#message?.id === id) this.#message = { ...this.#message, ...fields };
    void this.#need.messages.change(id, fields);
  }
}
