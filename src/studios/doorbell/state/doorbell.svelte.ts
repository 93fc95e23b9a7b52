import { createContext } from 'svelte';
import { ok, type Result, type StudioError } from '../../../kernel/result.ts';
import { openMicrophone, type MicrophoneCode } from '../../../platform/audio/microphone.ts';
import { requestWriterLock, type WriterLock } from '../../../platform/storage/writer-lock.ts';
import type { Message } from '../engine/message.ts';
import { greetingOf, saneSettings, type DoorbellSettings } from '../engine/settings.ts';
import { Again } from './again.svelte.ts';
import { Engines } from './engines.svelte.ts';
import { Greetings } from './greetings.svelte.ts';
import { browserLink, type Link } from './link.svelte.ts';
import { Watch } from './link-watch.svelte.ts';
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
  readonly engines: Engines;
  readonly again: Again;
  readonly waveforms: Waveforms;
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
    this.engines = new Engines({
      settings: () => this.#settings,
      change: (fields) => this.change(fields),
      voices: this.voices,
      onStopSending: () => this.#stopSending(),
    });
    this.again = new Again(this.engines, this.messages, () => this.#settings);
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
      usable: (language) => this.engines.usable(language),
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
    await this.engines.refresh();
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
    if (stream.ok) this.engines.askOnce();
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
    if (!this.#isDoorbell) return;
    if (this.visits.begin('ring', null, true) && !isVisitor) this.engines.askOnce();
  }

  async change(fields: Partial<DoorbellSettings>): Promise<void> {
    this.#settings = saneSettings({ ...this.#settings, ...fields }, navigator.language);
    await this.messages.attempt('keeping the settings', () => this.#store.changeSettings(fields));
    const { language, network, enginesOff } = fields;
    if ([language, network, enginesOff].some((each) => each !== undefined)) await this.engines.refresh();
  }

  setGreeting(text: string): void {
    const { greetings, language } = this.#settings;
    void this.change({ greetings: { ...greetings, [language]: text } });
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

  close(): void {
    this.#stopPlayAsked();
    this.visits.close();
    this.watch.close();
    this.triggers.close();
    this.again.stop();
    this.#readingOut?.abort();
    this.relay.close();
    this.greetings.stop();
    this.engines.close();
    void Promise.all([this.link.close(), this.messages.close()]).then(() => {
      this.#lock?.release();
      this.#store.close();
    });
  }

  /** Engines that send sound may not any more: what one of them hears now it hears no further. */
  #stopSending(): void {
    this.visits.stopSending();
    this.again.stopSending();
  }

  async #readSettings(): Promise<void> {
    await this.messages.attempt('reading the settings', async () => {
      const allowed = this.#settings.allowsSending;
      this.#settings = saneSettings(await this.#store.settings(), navigator.language);
      // Taken back in another tab.
      if (allowed === true && this.#settings.allowsSending !== true) this.#stopSending();
    });
    this.watch.reread();
    await this.greetings.open();
  }
}

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
