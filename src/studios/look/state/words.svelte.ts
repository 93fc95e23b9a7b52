import type { Progress } from '../../../kernel/progress.ts';
import { describe, fail, ok, type Result } from '../../../kernel/result.ts';
import { type Remote, transfer } from '../../../platform/rpc.ts';
import { type Understood, Words } from '../engine/words.ts';
import type { ClassAnswer, LibraryApi, LookError, LookResult } from '../worker/protocol.ts';
import type { NetworkFiles } from './network.ts';
import type { About } from './query.ts';

/** Words that are offered in the place of an unknown one. */
const OFFERED = 5;

type ClassQuery = Extract<About, { kind: 'words' | 'class' }>;

/** What the present words stand for. */
export interface Meant {
  readonly about: ClassQuery;
  /** As it is looked up: the singular, or the name of a label. */
  readonly title: string;
  /** The network's labels that it stands for. */
  readonly labels: readonly string[];
}

/** A word that is not known, and known ones that are near it. */
export interface Unknown {
  readonly text: string;
  readonly near: readonly string[];
}

export interface WordSearchParts {
  readonly library: Remote<LibraryApi>;
  /** The network's files, for its labels and its last layer. */
  files(): Promise<Result<NetworkFiles, LookError>>;
}

/** Search by words: what they stand for, and the pictures in which the network sees that. */
export class WordSearch {
  readonly #parts: WordSearchParts;
  #table: Promise<Words> | undefined;
  /** Hash of the network whose classifier the library worker has. */
  #handed = '';
  #meant = $state.raw<Meant | undefined>();
  #unknown = $state.raw<Unknown | undefined>();
  #progress = $state.raw<Progress | undefined>();
  #stop: AbortController | undefined;

  constructor(parts: WordSearchParts) {
    this.#parts = parts;
  }

  get meant(): Meant | undefined {
    return this.#meant;
  }
  get unknown(): Unknown | undefined {
    return this.#unknown;
  }
  /** While the classifier reads the pictures of a collection for the first time. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  /** Forgets the message of an unknown word: something else is typed or searched for. */
  forget(): void {
    this.#unknown = undefined;
  }

  stop(): void {
    this.#stop?.abort();
  }

  /**
   * Searches; an unknown word is an empty answer, and `unknown` says what there is instead. A search that is under way ends.
   *
   * @param collection that is searched
   * @param query words, or a class
   * @param k how many at most
   */
  async search(collection: number, query: ClassQuery, k: number): Promise<LookResult<ClassAnswer>> {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    this.#unknown = undefined;
    const files = await this.#parts.files();
    if (!files.ok) return files;
    const understood = await this.#understand(query, files.value.labels);
    if (!understood.ok) return understood;
    // Another question came meanwhile, whose words these would hide.
    if (stop.signal.aborted) return fail('cancelled', 'The search was stopped.', { retryable: true });
    const { value } = understood;
    this.#meant = 'near' in value ? undefined : value.meant;
    if ('near' in value) {
      this.#unknown = value;
      return ok({ hits: [], tookMs: 0 });
    }
    const ready = await this.#handOver(files.value);
    if (!ready.ok) return ready;
    try {
      return await this.#parts.library.searchClasses(collection, value.classes, k, {
        signal: stop.signal,
        onProgress: (progress) => {
          if (this.#stop === stop) this.#progress = progress;
        },
      });
    } finally {
      if (this.#stop === stop) this.#progress = undefined;
    }
  }

  async #understand(
    query: ClassQuery,
    labels: readonly string[],
  ): Promise<LookResult<Unknown | { readonly meant: Meant; readonly classes: readonly number[] }>> {
    const name = (index: number): string => labels[index] ?? `class ${index}`;
    if (query.kind === 'class') {
      const title = name(query.index);
      return ok({ meant: { about: query, title, labels: [title] }, classes: [query.index] });
    }
    let words: Words;
    try {
      words = await this.#words();
    } catch (cause) {
      return fail('unreadable', 'The list of words could not be fetched.', {
        hint: 'Check the connection and try again.',
        retryable: true,
        cause: describe(cause),
      });
    }
    const found: Understood | undefined = words.understand(query.text);
    if (found === undefined) return ok({ text: query.text, near: words.near(query.text, OFFERED) });
    const meant = { about: query, title: found.word, labels: found.classes.map(name) };
    return ok({ meant, classes: found.classes });
  }

  /** The table of words, fetched once; a failed attempt is not kept. */
  #words(): Promise<Words> {
    this.#table ??= import('../engine/wordnet.tsv?raw')
      .then(({ default: table }) => new Words(table))
      .catch((thrown: unknown) => {
        this.#table = undefined;
        throw thrown;
      });
    return this.#table;
  }

  async #handOver({ hash, weights }: NetworkFiles): Promise<LookResult<void>> {
    if (hash === this.#handed) return ok(undefined);
    // A copy: embed workers that start later need the weights too.
    const copy = weights.slice(0);
    const taken = await this.#parts.library.useClassifier(hash, transfer(copy, [copy]));
    if (taken.ok) this.#handed = hash;
    return taken;
  }
}
