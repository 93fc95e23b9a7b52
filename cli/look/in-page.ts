/**
 * What is run inside the page of Look. Playwright sends each function's text, so none may use anything outside itself.
 */

export interface Listed {
  readonly id: string;
  readonly name: string;
}

export interface Answer {
  readonly query: string;
  readonly engine: string;
  /** Best first. */
  readonly hits: readonly (Listed & { readonly figure: number })[];
  /** ImageNet classes, most likely first; only when asked for. */
  readonly labels: readonly number[];
}

/** Moments of a run of indexing, milliseconds since the page began. */
export interface RunMarks {
  /** Files were given to the page. */
  readonly given: number;
  /** The first picture was counted as done: the network is loaded by then. */
  readonly first: number;
  /** The last picture was counted as done. */
  readonly last: number;
  /** The status was at rest. */
  readonly rest: number;
  readonly status: string;
}

/** Watches the next run of indexing, from the files' coming to rest. */
export function watchRun(): { marks: Promise<RunMarks> } {
  const marks = new Promise<RunMarks>((resolve) => {
    let given = 0;
    let first = 0;
    let last = 0;
    const onGiven = (): void => {
      given = performance.now();
    };
    document.addEventListener('change', onGiven, { capture: true, once: true });
    const observer = new MutationObserver(() => {
      const bar = document.querySelector<HTMLElement>('[role="progressbar"][aria-label="Indexing"]');
      const done = Number(bar?.dataset.done ?? '0');
      if (bar !== null) {
        if (first === 0 && done > 0) first = performance.now();
        if (last === 0 && done > 0 && done === Number(bar.dataset.total)) last = performance.now();
        return;
      }
      const status = document.querySelector('[role="status"][aria-label="Look status"]')?.textContent ?? '';
      if (first === 0 || !/pictures? ready/.test(status)) return;
      observer.disconnect();
      const rest = performance.now();
      resolve({ given, first, last: last === 0 ? rest : last, rest, status: status.trim() });
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return { marks };
}

/** Every picture of the virtualised list, by scrolling through it. */
export async function listPictures(): Promise<Listed[]> {
  const list = document.querySelector<HTMLElement>('[role="list"][aria-label="Pictures"]');
  if (list === null) throw new Error('the page shows no list `Pictures`');
  const total = Number(list.dataset.total);
  const found = new Map<number, Listed>();
  const collect = (): void => {
    for (const item of list.querySelectorAll<HTMLElement>('[role="listitem"]')) {
      const { id = '', name = '' } = item.dataset;
      found.set(Number(item.getAttribute('aria-posinset')), { id, name });
    }
  };
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
  const giveUpAt = performance.now() + 60_000;
  for (let next = 1; next <= total; next += 1) {
    for (; !found.has(next); collect()) {
      if (performance.now() > giveUpAt) throw new Error(`picture ${next} of ${total} is never shown`);
      const top = list.getBoundingClientRect().top + window.scrollY;
      window.scrollTo(0, top + ((next - 1) / total) * list.offsetHeight - 100);
      await frame();
    }
  }
  window.scrollTo(0, 0);
  return Array.from({ length: total }, (_, i) => found.get(i + 1) ?? { id: '', name: '' });
}

/** Searches by pictures of the collection, one after the other, as the browser's history would. */
export async function ask(question: { ids: string[]; labels: boolean }): Promise<Answer[]> {
  const read = (id: string): Answer | undefined => {
    const list = document.querySelector<HTMLElement>('[role="list"][aria-label="Most alike"]');
    if (list?.dataset.queryId !== id || list.getAttribute('aria-busy') !== 'false') return undefined;
    const shown = document.querySelector<HTMLElement>('[aria-labelledby="look-shows"]');
    if (question.labels && shown?.dataset.queryId !== id) return undefined;
    const hits = [...list.querySelectorAll<HTMLElement>('[data-rank]')].map(({ dataset }) => ({
      id: dataset.id ?? '',
      name: dataset.name ?? '',
      figure: Number(dataset.similarity ?? dataset.distance),
    }));
    const labels = [...document.querySelectorAll<HTMLElement>('[data-label-index]')];
    return {
      query: id,
      engine: list.dataset.engine ?? '',
      hits,
      labels: labels.map(({ dataset }) => Number(dataset.labelIndex)),
    };
  };
  const answered = (id: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const answer = read(id);
        if (answer === undefined) return;
        observer.disconnect();
        clearTimeout(timer);
        resolve(answer);
      };
      const observer = new MutationObserver(look);
      const timer = setTimeout(() => reject(new Error(`no answer for picture ${id}`)), 30_000);
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      look();
    });
  const answers: Answer[] = [];
  for (const id of question.ids) {
    const [path = '', query = ''] = location.hash.split('?');
    const parameters = new URLSearchParams(query);
    parameters.set('like', id);
    location.hash = `${path}?${parameters.toString()}`;
    answers.push(await answered(id));
  }
  return answers;
}
