/** Speed of a run over its last seconds, so that a slow start or a pause does not colour it for ever. */
const WINDOW_MS = 8000;
const MIN_SPAN_MS = 400;

interface Mark {
  readonly at: number;
  readonly done: number;
}

export class RateMeter {
  #marks: Mark[] = [];

  /**
   * Notes how much is done.
   *
   * @param at milliseconds of any steady clock
   * @param done units so far
   */
  note(at: number, done: number): void {
    this.#marks.push({ at, done });
    const oldest = at - WINDOW_MS;
    let keepFrom = 0;
    while (keepFrom < this.#marks.length - 2 && (this.#marks[keepFrom + 1]?.at ?? at) < oldest) keepFrom += 1;
    if (keepFrom > 0) this.#marks = this.#marks.slice(keepFrom);
  }

  /** Units per second; undefined until there is enough to tell. */
  get perSecond(): number | undefined {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < MIN_SPAN_MS) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }
}
