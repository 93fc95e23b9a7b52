import { createSubscriber } from 'svelte/reactivity';
import type { VisitProblem } from '../engine/visit.ts';

/** A voice that has not begun by then never will, ms: some browsers say nothing when they cannot speak. */
const BEGIN_LIMIT_MS = 4000;

const primary = (language: string): string => language.split(/[-_]/)[0]?.toLowerCase() ?? '';

/** The browser's voices. They come some time after the page. */
export class Voices {
  readonly #synthesis: SpeechSynthesis | undefined =
    'speechSynthesis' in window ? speechSynthesis : undefined;
  readonly #changes = createSubscriber((update) => {
    this.#synthesis?.addEventListener('voiceschanged', update);
    return () => this.#synthesis?.removeEventListener('voiceschanged', update);
  });

  get list(): readonly SpeechSynthesisVoice[] {
    this.#changes();
    return this.#synthesis?.getVoices() ?? [];
  }

  /** Voices of a language, one a name: its own country's first. Some systems have thousands, many of one name. */
  of(language: string): readonly SpeechSynthesisVoice[] {
    const names = new Set<string>();
    const wanted = language.toLowerCase();
    const isOwn = ({ lang }: SpeechSynthesisVoice): number =>
      lang.toLowerCase().replace('_', '-') === wanted ? 0 : 1;
    return this.list
      .filter(({ lang }) => primary(lang) === primary(language))
      .toSorted((a, b) => isOwn(a) - isOwn(b))
      .filter(({ name }) => !names.has(name) && names.add(name));
  }

  /**
   * Speaks, and waits until it is said.
   *
   * @param name of the voice; empty for the first one of the language
   */
  async speak(
    text: string,
    language: string,
    name: string,
    signal: AbortSignal,
  ): Promise<VisitProblem | undefined> {
    const synthesis = this.#synthesis;
    const voices = this.of(language);
    const voice = voices.find((each) => each.name === name) ?? voices[0];
    if (synthesis === undefined || voice === undefined) return 'not-greeted';
    if (text.trim() === '') return undefined;
    synthesis.cancel();
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    said.lang = voice.lang;
    return new Promise((resolve) => {
      let timer = setTimeout(() => end('not-greeted'), BEGIN_LIMIT_MS);
      const stop = (): void => {
        synthesis.cancel();
        end(undefined);
      };
      const end = (problem: VisitProblem | undefined): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(problem);
      };
      signal.addEventListener('abort', stop);
      said.onstart = () => {
        clearTimeout(timer);
        timer = setTimeout(stop, 10_000 + 200 * text.length);
      };
      said.onend = () => end(undefined);
      said.onerror = () => end('not-greeted');
      synthesis.speak(said);
    });
  }
}
