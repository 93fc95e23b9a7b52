import type { Remote } from '../../../platform/rpc.ts';
import type { LibraryApi, Metric, QualityReport } from '../worker/protocol.ts';

/** recall@k of the graph, measured on the open collection when the graph is ready and again when it has changed. */
export class Quality {
  readonly #library: Remote<LibraryApi>;
  #report = $state.raw<QualityReport | undefined>();
  #measuring = $state(false);
  #of = '';
  #stop = new AbortController();

  constructor(library: Remote<LibraryApi>) {
    this.#library = library;
  }

  get report(): QualityReport | undefined {
    return this.#report;
  }
  get measuring(): boolean {
    return this.#measuring;
  }

  /** Measures, unless the same thing was measured already. */
  async measure(collection: number, count: number, metric: Metric, k: number): Promise<void> {
    const of = [collection, count, metric, k].join('/');
    if (of === this.#of) return;
    this.#of = of;
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#measuring = true;
    const report = await this.#library.quality(collection, metric, k, { signal: stop.signal });
    if (stop.signal.aborted) return;
    this.#measuring = false;
    this.#report = report.ok ? report.value : undefined;
  }

  /** The graph is not what was measured any more. */
  forget(): void {
    this.#of = '';
    this.#stop.abort();
    this.#report = undefined;
    this.#measuring = false;
  }
}
