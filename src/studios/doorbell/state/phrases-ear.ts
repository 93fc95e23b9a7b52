import { describe } from '../../../kernel/result.ts';
import { ModelStore } from '../../../platform/model-store/store.ts';
import { connectWorker, transfer, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import { spokenLanguage } from '../engine/door-grammar.ts';
import type { PhrasesApi } from '../worker/protocol.ts';
import phrasesUrl from '../worker/phrases.worker.ts?worker&url';
import { samplesOf } from './samples.ts';
import { HearingError, type Ear, type HearOptions, type Readiness } from './ears.ts';

type Language = 'en' | 'fr';
const modelOf = (language: Language): string => `soundswallower-${language}`;

/** Names and set phrases, heard in a worker with nothing but files of this site. */
export class PhrasesEar implements Ear {
  readonly id = 'phrases';
  readonly title = 'Names and set phrases, on this device';
  readonly price =
    'Nothing leaves this device. Hears only “Words to know” and what people often say at a door; the rest is “…”. English and French, 10 MB at most, fetched once.';
  readonly sends = false;
  readonly #models = new ModelStore(new URL('models/', document.baseURI));
  #worker: Promise<Connection<PhrasesApi>> | undefined;
  /** The model that the worker has, or is being given. */
  #loaded: { readonly language: Language; readonly done: Promise<void> } | undefined;

  async readiness(language: string): Promise<Readiness> {
    const spoken = spokenLanguage(language);
    if (spoken === undefined) return 'no';
    if (this.#loaded?.language === spoken) return 'ready';
    return (await this.#models.isKept(modelOf(spoken))) ? 'ready' : 'needs-download';
  }

  languages(among: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(among.filter((language) => spokenLanguage(language) !== undefined));
  }

  async download(language: string): Promise<boolean> {
    const spoken = spokenLanguage(language);
    if (spoken === undefined) return false;
    try {
      await this.#load(spoken, new AbortController().signal);
      return true;
    } catch (thrown) {
      console.warn(`${this.title} could not be downloaded`, thrown);
      return false;
    }
  }

  /** @throws HearingError when it cannot listen, or none of its words is in it */
  async hearRecording(sound: Blob, options: HearOptions, signal: AbortSignal): Promise<string> {
    const spoken = spokenLanguage(options.language);
    if (spoken === undefined) throw new HearingError('it does not know this language');
    await this.#load(spoken, signal);
    const samples = await samplesOf(sound);
    const { api } = await this.#connected();
    signal.throwIfAborted();
    const heard = await api.hear(transfer(samples, [samples.buffer]), options.wordsToKnow);
    if (!heard.ok) throw new HearingError(heard.error.message);
    if (heard.value === '') throw new HearingError('none of the words it knows is in it');
    return heard.value;
  }

  close(): void {
    void this.#worker?.then((connection) => connection.close());
    this.#worker = undefined;
    this.#loaded = undefined;
  }

  #connected(): Promise<Connection<PhrasesApi>> {
    this.#worker ??= (async () => {
      const worker = await startWorker(phrasesUrl, 'phrases');
      if (!worker.ok) throw new HearingError(worker.error.message);
      return connectWorker<PhrasesApi>(worker.value);
    })();
    return this.#worker;
  }

  async #load(language: Language, signal: AbortSignal): Promise<void> {
    if (this.#loaded?.language !== language) this.#loaded = { language, done: this.#give(language, signal) };
    const loading = this.#loaded;
    try {
      await loading.done;
    } catch (thrown) {
      // The next attempt begins anew, with a new worker.
      if (this.#loaded === loading) this.close();
      throw thrown instanceof HearingError ? thrown : new HearingError(describe(thrown));
    }
  }

  async #give(language: Language, signal: AbortSignal): Promise<void> {
    const manifest = await this.#models.manifest(modelOf(language), { signal });
    if (!manifest.ok) throw new HearingError(manifest.error.message);
    const files: Record<string, ArrayBuffer> = {};
    for (const { path } of manifest.value.files) {
      const file = await this.#models.file(manifest.value, path, { signal });
      if (!file.ok) throw new HearingError(file.error.message);
      files[path] = file.value.bytes;
    }
    const { api } = await this.#connected();
    const loaded = await api.load(language, transfer(files, Object.values(files)));
    if (!loaded.ok) throw new HearingError(loaded.error.message);
  }
}
