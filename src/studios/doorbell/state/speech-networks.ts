import { OwnSetStore, type OwnSet } from '../../../platform/model-store/own-sets.ts';
import { nameOfLanguage } from '../engine/speech/languages.ts';
import type { SpeechNote } from '../worker/protocol-speech.ts';

/** A speech network that can be used here. */
export interface SpeechNetwork {
  /** Of the site's: its name; of one that a person brought: its hash. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** ISO 639 codes; empty: it does not say. */
  readonly languages: readonly string[];
  readonly bytes: number;
  readonly isOwn: boolean;
}

/** The network that comes with the site. */
export const SITE_NETWORK: SpeechNetwork = {
  id: 'moonshine-tiny-en',
  title: 'Moonshine tiny',
  languages: ['en'],
  // Of its files, as the manifest has them: speech-networks.test.ts.
  bytes: 30_166_804,
  isOwn: false,
};

/** Address of the networks that a person brought. */
export const ownSpeech = (): URL => new URL('own-speech/', document.baseURI);

/**
 * Whether a network hears a language.
 *
 * @param network any
 * @param language BCP 47
 */
export const hears = ({ languages }: SpeechNetwork, language: string): boolean =>
  languages.length === 0 || nameOfLanguage(language, (code) => languages.includes(code)) !== undefined;

/**
 * Languages for people.
 *
 * @param network any
 * @returns e.g. `English`, or `99 languages`
 */
export function languagesInWords({ languages }: SpeechNetwork): string {
  if (languages.length === 0) return 'the language that it was made for';
  if (languages.length > 3) return `${languages.length} languages`;
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  return languages.map((code) => names.of(code) ?? code).join(', ');
}

/** What was noted was written by the worker, of this version or an earlier one. */
function toNetwork({ id, about, bytes }: OwnSet): SpeechNetwork {
  const { title, fileName, languages } = about as SpeechNote;
  return { id, title: fileName === '' ? title : `${title} · ${fileName}`, languages, bytes, isOwn: true };
}

/** The networks that a person brought, kept on this device. */
export class OwnSpeechNetworks {
  readonly #store = new OwnSetStore(ownSpeech());

  async list(): Promise<readonly SpeechNetwork[]> {
    const sets = await this.#store.list();
    return sets.map(toNetwork).sort((a, b) => a.title.localeCompare(b.title));
  }

  /**
   * Forgets a network.
   *
   * @param id of it
   * @returns brings it back, and says whether there was room; undefined when it was damaged before
   */
  async remove(id: string): Promise<(() => Promise<boolean>) | undefined> {
    const set = (await this.#store.list()).find((each) => each.id === id);
    return set === undefined ? undefined : this.#store.take(set);
  }
}
