import type { TaskOptions } from '../../../platform/rpc.ts';
import type { DoorbellSettings, EngineId } from '../engine/settings.ts';
import { browserEars, type Ear, type Readiness } from './ears.ts';
import { candidates, languagesOf, type LanguageList } from './languages.ts';
import { NetworkEar } from './network-ear.svelte.ts';
import { PhrasesEar } from './phrases-ear.ts';
import type { Voices } from './voices.svelte.ts';

export interface EnginesNeed {
  readonly settings: () => DoorbellSettings;
  readonly change: (fields: Partial<DoorbellSettings>) => Promise<void>;
  readonly voices: Voices;
  /** Engines that send sound may not any more, at once. */
  readonly onStopSending: () => void;
}

const hearsRecordings = (ear: Ear): boolean => ear.isDeafToRecordings !== true;

/** Who writes down what visitors say: the engines in the person's order, what they hear, and what they may send. */
export class Engines {
  readonly #need: EnginesNeed;
  readonly network: NetworkEar;
  readonly ears: readonly Ear[];
  #readiness = $state.raw<ReadonlyMap<EngineId, Readiness>>(new Map());
  #heardLanguages = $state.raw<ReadonlySet<string>>(new Set());
  #asksToSend = $state(false);
  /** Counts the questions whether each hears the language. */
  #asked = 0;

  constructor(need: EnginesNeed) {
    this.#need = need;
    this.network = new NetworkEar(() => need.settings().network);
    this.ears = [...browserEars(), this.network, new PhrasesEar()];
  }

  /** Whether each can hear the doorbell's language. */
  get readiness(): ReadonlyMap<EngineId, Readiness> {
    return this.#readiness;
  }
  /** Languages to choose from. */
  get languages(): LanguageList {
    return languagesOf(this.#need.voices.list, this.#heardLanguages, this.#need.settings().language);
  }
  /** In the person's order. */
  get order(): readonly Ear[] {
    return this.#need.settings().engines.flatMap((id) => this.ears.filter((ear) => ear.id === id));
  }
  /** The question whether sound may be sent is open. */
  get asksToSend(): boolean {
    return this.#asksToSend;
  }
  /** Engines that a recording of the doorbell's language can be given to now, in their order. */
  get usableNow(): readonly Ear[] {
    return this.#allowed.filter((ear) => hearsRecordings(ear) && this.#readiness.get(ear.id) === 'ready');
  }

  get #on(): readonly Ear[] {
    const { enginesOff } = this.#need.settings();
    return this.order.filter(({ id }) => !enginesOff.includes(id));
  }

  get #allowed(): readonly Ear[] {
    const { allowsSending } = this.#need.settings();
    return this.#on.filter(({ sends }) => !sends || allowsSending === true);
  }

  /** Engines that may be used now, in their order. */
  async usable(language: string): Promise<readonly Ear[]> {
    const allowed = this.#allowed;
    const ready = await Promise.all(allowed.map((ear) => ear.readiness(language)));
    return allowed.filter((_, i) => ready[i] === 'ready');
  }

  /** Those of `usable` that a recording can be given to. */
  async usableForRecordings(language: string): Promise<readonly Ear[]> {
    return (await this.usable(language)).filter(hearsRecordings);
  }

  /** Asks each engine whether it hears the language, and which others. */
  async refresh(): Promise<void> {
    const { language } = this.#need.settings();
    this.#asked += 1;
    const asked = this.#asked;
    const among = candidates(this.#need.voices.list);
    const heard = Promise.all(this.#on.map((ear) => ear.languages(among)));
    const entries = await Promise.all(
      this.ears.map(async (ear) => [ear.id, await ear.readiness(language)] as const),
    );
    const heardNow = new Set((await heard).flat());
    // Another question was asked meanwhile, and its answer may be there already.
    if (asked !== this.#asked) return;
    this.#readiness = new Map(entries);
    this.#heardLanguages = heardNow;
  }

  /** @throws HearingError that says what went wrong */
  async download(ear: Ear, options: TaskOptions): Promise<boolean> {
    try {
      return await ear.download(this.#need.settings().language, options);
    } finally {
      await this.refresh();
    }
  }

  /** Moves an engine one place up or down. */
  move(id: EngineId, by: -1 | 1): void {
    const order = this.order.map((ear) => ear.id);
    const from = order.indexOf(id);
    const other = order[from + by];
    if (other === undefined) return;
    order[from + by] = id;
    order[from] = other;
    void this.#need.change({ engines: order });
  }

  switch(id: EngineId, isOn: boolean): void {
    const { enginesOff, allowsSending } = this.#need.settings();
    const off = enginesOff.filter((each) => each !== id);
    void this.#need.change({ enginesOff: isOn ? off : [...off, id] });
    if (this.ears.find((each) => each.id === id)?.sends !== true) return;
    if (!isOn) {
      this.#asksToSend = false;
      this.#need.onStopSending();
    } else if (allowsSending !== true) this.#asksToSend = true;
  }

  ask(): void {
    this.#asksToSend = true;
  }

  /** Before an engine that sends is used for the first time, the person is asked; nothing waits for the answer. */
  askOnce(): void {
    if (this.#need.settings().allowsSending !== undefined) return;
    const first = this.#on.find(({ id }) => this.#readiness.get(id) === 'ready');
    if (first?.sends === true) this.#asksToSend = true;
  }

  /** The answer is kept until it is taken back. Undefined: none was given. */
  answerSending(allows: boolean | undefined): void {
    this.#asksToSend = false;
    if (allows !== undefined) void this.#need.change({ allowsSending: allows });
    if (allows === false) this.#need.onStopSending();
  }

  close(): void {
    for (const ear of this.ears) ear.close?.();
  }
}
