import { createContext } from 'svelte';
import type { Progress } from '../../../kernel/progress.ts';
import { ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { openMicrophone, type MicrophoneCode } from '../../../platform/audio/microphone.ts';
import type { TaskOptions } from '../../../platform/rpc.ts';
import { requestWriterLock, type WriterLock } from '../../../platform/storage/writer-lock.ts';
import { finishWords } from '../engine/finish-words.ts';
import type { Message } from '../engine/message.ts';
import { greetingOf, saneSettings, type DoorbellSettings, type EngineId } from '../engine/settings.ts';
import { browserEars, hearAgain, type Ear, type Readiness } from './ears.ts';
import { Greetings } from './greetings.svelte.ts';
import { candidates, languagesOf, type LanguageList } from './languages.ts';
import { browserLink, type Link } from './link.svelte.ts';
import { Watch } from './link-watch.svelte.ts';
import { NetworkEar } from './network-ear.svelte.ts';
import { PhrasesEar } from './phrases-ear.ts';
import { Messages, storageFailure } from './messages.svelte.ts';
import { allowNotifications, onPlayAsked } from './notifier.ts';
import { OwnTriggers } from './own-triggers.svelte.ts';
import { summaryOf } from './problem-words.ts';
import { MessageStore } from './store.ts';
import { Relay, relayTarget, type RelaySettings } from './relay.svelte.ts';
import { Room } from './room.svelte.ts';
import { remember, remembers } from './tab-memory.ts';
import { Visits } from './visits.svelte.ts';
import { Voices } from './voices.svelte.ts';
import { Waveforms } from './waveforms.ts';

export type { DoorbellSettings, EngineId } from '../engine/settings.ts';
export type { Ear } from './ears.ts';

const LOCK = 'atelier-doorbell-visits';

/** Everything of the Doorbell page that is not drawing. Made by `openDoorbell`, closed by the page when it goes. */
export class Doorbell {
  readonly link: Link = browserLink();
  readonly watch: Watch = new Watch(this.link);
  readonly triggers: OwnTriggers;
  readonly voices = new Voices();
  readonly messages: Messages;
  readonly visits: Visits;
  readonly relay: Relay;
  readonly greetings: Greetings;
  readonly room: Room;
  readonly network: NetworkEar = new NetworkEar(() => this.#settings.network);
  readonly waveforms: Waveforms;
  readonly ears: readonly Ear[] = [...browserEars(), this.network, new PhrasesEar()];
  readonly #store: MessageStore;
  readonly #stopPlayAsked: () => void;
  /** The message that a notification was pressed to play; the list plays it. */
  playing = $state<string | undefined>();
  #readingOut: AbortController | undefined;
  #lock: WriterLock | undefined;
  #isDoorbell = $state(false);
  #isArmed = $state(false);
  readonly #wasArmed: boolean = remembers('armed');
  #isArming = $state(false);
  #armError = $state.raw<StudioError<MicrophoneCode> | undefined>();
  #settings = $state.raw<DoorbellSettings>(saneSettings({}, navigator.language));
  #readiness = $state.raw<ReadonlyMap<EngineId, Readiness>>(new Map());
  #heardLanguages = $state.raw<ReadonlySet<string>>(new Set());
  #asksToSend = $state(false);
  #again = $state.raw<
    { readonly id: string; readonly sends: boolean; readonly stop: AbortController } | undefined
  >();
  #heard = $state.raw<Progress>(NOTHING_HEARD);

  constructor(store: MessageStore) {
    this.#store = store;
    this.messages = new Messages(store, () => void this.#readSettings());
    this.greetings = new Greetings(store, this.messages);
    this.waveforms = new Waveforms(this.messages);
    this.room = new Room(store, this.messages, () => this.#settings);
    this.triggers = new OwnTriggers({
      settings: () => this.#settings,
      watch: this.watch,
      isDoorbell: () => this.#isDoorbell,
      isArmed: () => this.#isArmed,
      isUnderWay: () => this.visits.conductor.isUnderWay,
      onVisitor: (by) => void this.visits.begin(by, null, this.#isArmed),
    });
    this.visits = new Visits({
      messages: this.messages,
      settings: () => this.#settings,
      voices: this.voices,
      greetings: this.greetings,
      network: this.triggers.network,
      onBegan: () => {
        // What the last visitor said is not read out to this one.
        this.#readingOut?.abort();
        this.triggers.visitBegan();
      },
      usable: (language) => this.#usable(language),
      onTold: (message) => this.#told(message),
      onEnded: () => this.triggers.visitEnded(),
    });
    this.relay = new Relay(this.messages, () => this.#settings);
    this.#stopPlayAsked = onPlayAsked((id) => (this.playing = id));
    this.watch.onVisitor(({ distanceCm }) => {
      if (this.#isDoorbell) this.visits.begin('sensor', Math.round(distanceCm), this.#isArmed);
    });
  }

  /** Whether this tab is the doorbell; another tab is it otherwise, and this one shows the messages. */
  get isDoorbell(): boolean {
    return this.#isDoorbell;
  }
  /** Sound and microphone were armed by a gesture. */
  get isArmed(): boolean {
    return this.#isArmed;
  }
  /** It was started before the page was reloaded, and has to be started again. */
  get wasArmed(): boolean {
    return !this.#isArmed && this.#wasArmed;
  }
  get isArming(): boolean {
    return this.#isArming;
  }
  get armError(): StudioError<MicrophoneCode> | undefined {
    return this.#armError;
  }
  get settings(): DoorbellSettings {
    return this.#settings;
  }
  get greeting(): string {
    return greetingOf(this.#settings, this.#settings.language);
  }
  get readiness(): ReadonlyMap<EngineId, Readiness> {
    return this.#readiness;
  }
  /** Languages to choose from. */
  get languages(): LanguageList {
    return languagesOf(this.voices.list, this.#heardLanguages, this.#settings.language);
  }
  /** Engines in the person's order. */
  get order(): readonly Ear[] {
    return this.#settings.engines.flatMap((id) => this.ears.filter((ear) => ear.id === id));
  }
  /** The question whether sound may be sent is open. */
  get asksToSend(): boolean {
    return this.#asksToSend;
  }
  /** The message that is being transcribed again. */
  get transcribingAgain(): string | undefined {
    return this.#again?.id;
  }
  /** How much of it was heard, for engines that tell. */
  get heardAgain(): Progress {
    return this.#heard;
  }

  async open(): Promise<void> {
    await this.#readSettings();
    this.#lock = await requestWriterLock(LOCK, {
      onChange: (held) => {
        const before = this.#isDoorbell;
        this.#isDoorbell = held;
        if (held && !before) void this.#become();
      },
    });
    await this.messages.reload();
    await this.refreshEngines();
  }

  /** Another tab held the sensor and the visits until now, or there was none. */
  async #become(): Promise<void> {
    this.watch.reread();
    await this.messages.reload();
    await this.messages.endAbandoned();
    await this.messages.attempt('reading the trash', () => this.#store.emptyTrash(Date.now()));
    await this.relay.begin();
    await this.link.resume();
  }

  #told(message: Message): void {
    const { language, voice, readsOut } = this.#settings;
    if (readsOut) {
      this.#readingOut = new AbortController();
      void this.voices.speak(summaryOf(message), language, voice, this.#readingOut.signal);
    }
    void this.relay.add(message);
  }

  /** Arms sound and microphone. Needs a gesture. */
  async start(): Promise<void> {
    this.#isArming = true;
    const stream = await openMicrophone();
    this.#isArming = false;
    this.#armError = stream.ok ? undefined : stream.error;
    // It was only asked for: it is opened anew for each visit, and closed after it.
    if (stream.ok) for (const track of stream.value.getTracks()) track.stop();
    this.#isArmed = stream.ok;
    remember('armed', stream.ok);
    if (stream.ok) this.#askOnce();
  }

  disarm(): void {
    this.#isArmed = false;
    remember('armed', false);
  }

  /**
   * The whole visit without a sensor. Its click is the gesture that arms.
   *
   * @param isVisitor a visitor pressed it, who is not asked what may be sent
   */
  ring(isVisitor = false): void {
    if (this.visits.begin('ring', null, true) && !isVisitor) this.#askOnce();
  }

  async change(fields: Partial<DoorbellSettings>): Promise<void> {
    this.#settings = saneSettings({ ...this.#settings, ...fields }, navigator.language);
    await this.messages.attempt('keeping the settings', () => this.#store.changeSettings(fields));
    const { language, network, enginesOff } = fields;
    if ([language, network, enginesOff].some((each) => each !== undefined)) await this.refreshEngines();
  }

  setGreeting(text: string): void {
    const { greetings, language } = this.#settings;
    void this.change({ greetings: { ...greetings, [language]: text } });
  }

  /** Moves an engine one place up or down. */
  moveEngine(id: EngineId, by: -1 | 1): void {
    const order = this.order.map((ear) => ear.id);
    const from = order.indexOf(id);
    const other = order[from + by];
    if (other === undefined) return;
    order[from + by] = id;
    order[from] = other;
    void this.change({ engines: order });
  }

  switchEngine(id: EngineId, isOn: boolean): void {
    const off = this.#settings.enginesOff.filter((each) => each !== id);
    void this.change({ enginesOff: isOn ? off : [...off, id] });
    const ear = this.ears.find((each) => each.id === id);
    if (isOn && ear?.sends === true && this.#settings.allowsSending !== true) this.#asksToSend = true;
    if (!isOn && ear?.sends === true) this.#stopSending();
  }

  /** Asks each engine whether it hears the language. */
  async refreshEngines(): Promise<void> {
    const { language } = this.#settings;
    const among = candidates(this.voices.list);
    const on = this.order.filter(({ id }) => !this.#settings.enginesOff.includes(id));
    const heard = Promise.all(on.map((ear) => ear.languages(among)));
    const entries = await Promise.all(
      this.ears.map(async (ear) => [ear.id, await ear.readiness(language)] as const),
    );
    if (language === this.#settings.language) this.#readiness = new Map(entries);
    this.#heardLanguages = new Set((await heard).flat());
  }

  /** @throws HearingError that says what went wrong */
  async downloadEngine(ear: Ear, options: TaskOptions): Promise<boolean> {
    try {
      return await ear.download(this.#settings.language, options);
    } finally {
      await this.refreshEngines();
    }
  }

  ask(): void {
    this.#asksToSend = true;
  }

  /** The answer is kept until it is taken back. Undefined: none was given. */
  answerSending(allows: boolean | undefined): void {
    this.#asksToSend = false;
    if (allows !== undefined) void this.change({ allowsSending: allows });
    if (allows === false) this.#stopSending();
  }

  /** At once, also in the middle of what is being sent. */
  #stopSending(): void {
    this.visits.stopSending();
    if (this.#again?.sends === true) this.#again.stop.abort();
  }

  async changeRelay(relay: RelaySettings): Promise<void> {
    await this.change({ relay });
    await this.relay.wake();
  }

  /** Whether messages may be sent to the target as it is set now. */
  async allowRelay(allows: boolean): Promise<void> {
    await this.change({ relayAllowed: allows ? relayTarget(this.#settings.relay) : '' });
    await this.relay.wake();
  }

  async setNotifies(wanted: boolean): Promise<void> {
    await this.change({ notifies: wanted && (await allowNotifications()) });
  }

  /** Engines that a recording of the doorbell's language can be given to now, in their order. */
  get usableNow(): readonly Ear[] {
    return this.#allowed.filter((ear) => hearsRecordings(ear) && this.#readiness.get(ear.id) === 'ready');
  }

  /**
   * Transcribes a message again.
   *
   * @param id of the engine; the first that can be used where it is left out
   * @returns what failed, in words
   */
  async transcribeAgain(message: Message, id?: EngineId): Promise<string | undefined> {
    const usable = (await this.#usable(message.language)).filter(hearsRecordings);
    const ear = id === undefined ? usable[0] : usable.find((each) => each.id === id);
    if (ear === undefined) return 'No engine in the list “Transcribe with” can be used.';
    const sound = await this.messages.sound(message);
    if (sound === undefined) return 'The recording is not there any more.';
    const stop = new AbortController();
    this.#again?.stop.abort();
    this.#again = { id: message.id, sends: ear.sends, stop };
    this.#heard = NOTHING_HEARD;
    try {
      const { wordsToKnow } = this.#settings;
      const onProgress = (progress: Progress): void => void (this.#heard = progress);
      const options = { language: message.language, wordsToKnow, onInterim: () => undefined, onProgress };
      const heard = await hearAgain(sound, ear, options, stop.signal);
      if (stop.signal.aborted) return undefined;
      if (heard === '') return `${ear.title} heard no words in it.`;
      const transcript = finishWords(heard, this.#settings, message.language);
      const problems = message.problems.filter((each) => !UNHEARD.has(each));
      await this.messages.change(message.id, { heard, transcript, engine: ear.id, problems });
      return undefined;
    } catch (thrown) {
      if (stop.signal.aborted) return undefined;
      return `${ear.title} could not transcribe it: ${thrown instanceof Error ? thrown.message : String(thrown)}.`;
    } finally {
      if (this.#again.stop === stop) this.#again = undefined;
    }
  }

  stopTranscribing(): void {
    this.#again?.stop.abort();
  }

  close(): void {
    this.#stopPlayAsked();
    this.visits.close();
    this.watch.close();
    this.triggers.close();
    this.#again?.stop.abort();
    this.#readingOut?.abort();
    this.relay.close();
    this.greetings.stop();
    for (const ear of this.ears) ear.close?.();
    void Promise.all([this.link.close(), this.messages.close()]).then(() => {
      this.#lock?.release();
      this.#store.close();
    });
  }

  get #allowed(): readonly Ear[] {
    const { enginesOff, allowsSending } = this.#settings;
    return this.order.filter(
      ({ id, sends }) => !enginesOff.includes(id) && (!sends || allowsSending === true),
    );
  }

  async #usable(language: string): Promise<readonly Ear[]> {
    const allowed = this.#allowed;
    const ready = await Promise.all(allowed.map((ear) => ear.readiness(language)));
    return allowed.filter((_, i) => ready[i] === 'ready');
  }

  /** Before an engine that sends is used for the first time, the person is asked; nothing waits for the answer. */
  #askOnce(): void {
    const { enginesOff, allowsSending } = this.#settings;
    if (allowsSending !== undefined) return;
    const first = this.order.find(
      ({ id }) => !enginesOff.includes(id) && this.#readiness.get(id) === 'ready',
    );
    if (first?.sends === true) this.#asksToSend = true;
  }

  async #readSettings(): Promise<void> {
    await this.messages.attempt('reading the settings', async () => {
      this.#settings = saneSettings(await this.#store.settings(), navigator.language);
    });
    this.watch.reread();
    await this.greetings.open();
  }
}

const hearsRecordings = (ear: Ear): boolean => ear.isDeafToRecordings !== true;

const NOTHING_HEARD: Progress = { phase: 'transcribing', done: 0, total: 0, unit: 'seconds' };

const UNHEARD: ReadonlySet<string> = new Set([
  'no-engine',
  'not-transcribed',
  'nothing-said',
  'transcribing-too-slow',
]);

/** Opens the store and the page's state over it. */
export async function openDoorbell(): Promise<Result<Doorbell>> {
  try {
    const state: { doorbell?: Doorbell } = {};
    const store = await MessageStore.open((reason) => state.doorbell?.messages.lose(reason));
    const doorbell = new Doorbell(store);
    state.doorbell = doorbell;
    await doorbell.open();
    return ok(doorbell);
  } catch (thrown) {
    return { ok: false, error: storageFailure(thrown, 'opening the messages') };
  }
}

export const [getDoorbell, setDoorbell] = createContext<Doorbell>();
