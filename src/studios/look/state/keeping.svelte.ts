import type { Progress } from '../../../kernel/progress.ts';
import type { CollectionInfo, LookError } from '../worker/protocol.ts';
import { download } from './export-files.ts';
import type { Look } from './look.svelte.ts';

/** What a person has to know of a collection whose network is not on this device. */
export const notHere = ({ name, networkTitle = 'Another network' }: CollectionInfo): string =>
  `${networkTitle} looked at “${name}” and is not on this device: its pictures can be searched; for new ones bring that network, or let another look anew.`;

/** `Save to a file` and `Open a file`: everything a person made in Look. */
export class Keeping {
  readonly #look: Look;
  #progress = $state.raw<Progress | undefined>();
  #name = $state('');
  #error = $state.raw<LookError | undefined>();
  #stop = new AbortController();

  constructor(look: Look) {
    this.#look = look;
  }

  get progress(): Progress | undefined {
    return this.#progress;
  }
  get name(): string {
    return this.#name;
  }
  get error(): LookError | undefined {
    return this.#error;
  }

  async save(): Promise<void> {
    const saved = await this.#run('Saving', (options) => this.#look.library.save(options));
    if (saved !== undefined) download(saved, `look-${new Date().toISOString().slice(0, 10)}.atelier`);
  }

  /** @returns what was added, in words */
  async open(file: File): Promise<string | undefined> {
    const added = await this.#run('Opening', (options) => this.#look.library.restore(file, options));
    if (added === undefined) return undefined;
    await this.#look.collections.refresh();
    const first = added[0];
    if (first !== undefined) await this.#look.collections.choose(first.id);
    const said = `Added ${added.map(({ name, count }) => `“${name}” with ${count} pictures`).join(', ')}.`;
    const missing = added.filter(({ network }) => this.#look.networks.isMissing(network));
    return [said, ...missing.map(notHere)].join(' ');
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run<T>(
    name: string,
    work: (options: {
      signal: AbortSignal;
      onProgress: (progress: Progress) => void;
    }) => Promise<{ ok: true; value: T } | { ok: false; error: LookError }>,
  ): Promise<T | undefined> {
    this.#stop = new AbortController();
    this.#name = name;
    this.#error = undefined;
    this.#progress = { phase: name, done: 0, total: 0, unit: 'pictures' };
    const { signal } = this.#stop;
    const result = await work({ signal, onProgress: (progress) => (this.#progress = progress) });
    this.#progress = undefined;
    if (result.ok) return result.value;
    if (!signal.aborted) this.#error = result.error;
    return undefined;
  }
}
