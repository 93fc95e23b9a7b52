import type { Page } from '@playwright/test';
import type { EngineName, LookPage } from '../../cli/look/page.ts';

export interface Clicked {
  /** From the event to the results in the DOM, milliseconds. */
  readonly ms: number;
  readonly engine: string;
}

/** Where the centre of a tile is that shows its picture, after scrolling to a share of the list. Runs in the page. */
async function findTile(share: number): Promise<{ x: number; y: number }> {
  const list = document.querySelector<HTMLElement>('[role="list"][aria-label="Pictures"]');
  if (list === null) throw new Error('no list of pictures');
  const top = list.getBoundingClientRect().top + window.scrollY;
  window.scrollTo(0, top + share * Math.max(0, list.offsetHeight - window.innerHeight));
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
  const giveUpAt = performance.now() + 30_000;
  while (performance.now() < giveUpAt) {
    await frame();
    const inView = [...list.querySelectorAll<HTMLElement>('[role="listitem"] button')].filter((tile) => {
      const box = tile.getBoundingClientRect();
      return box.top > 0 && box.bottom < window.innerHeight;
    });
    const areShown = inView.every((tile) => tile.querySelector('img')?.complete === true);
    const tile = inView[Math.floor(share * inView.length)];
    if (tile === undefined || !areShown) continue;
    const box = tile.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }
  throw new Error('the pictures in view are never all shown');
}

/** Waits for the next click on a tile and for its answer. Runs in the page. */
function watchClick(): { clicked: Promise<Clicked> } {
  const clicked = new Promise<Clicked>((resolve) => {
    const onClick = (event: MouseEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      const id = target?.closest<HTMLElement>('[role="listitem"]')?.dataset.id ?? '';
      const observer = new MutationObserver(() => {
        const list = document.querySelector<HTMLElement>('[role="list"][aria-label="Most alike"]');
        if (list?.dataset.queryId !== id || list.getAttribute('aria-busy') !== 'false') return;
        observer.disconnect();
        resolve({ ms: performance.now() - event.timeStamp, engine: list.dataset.engine ?? '' });
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    };
    document.addEventListener('click', onClick, { capture: true, once: true });
  });
  return { clicked };
}

/** Waits until what has changed is drawn. Runs in the page. */
async function twoFrames(): Promise<void> {
  const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
  await frame();
  await frame();
}

async function clickOne(page: Page, share: number): Promise<Clicked> {
  const { x, y } = await page.evaluate(findTile, share);
  const watch = await page.evaluateHandle(watchClick);
  // As a hand does it: what a pointer that comes, and a button that goes down, change in the page is drawn before the click.
  await page.mouse.move(x, y);
  await page.evaluate(twoFrames);
  await page.mouse.down();
  await page.evaluate(twoFrames);
  await page.mouse.up();
  return watch.evaluate(({ clicked }) => clicked);
}

/**
 * Clicks pictures all over the list, with the mouse, and times each answer.
 *
 * @param look the page, with a collection open
 * @param engine which engine to choose first
 * @param count how many clicks; two more come first and do not count
 */
export async function timeClicks(look: LookPage, engine: EngineName, count: number): Promise<Clicked[]> {
  await clickOne(look.page, 0);
  await look.choose(engine, 12);
  await clickOne(look.page, 0.5);
  const clicks: Clicked[] = [];
  // The golden ratio spreads the clicks evenly over the list, in no order.
  for (let i = 1; i <= count; i += 1) clicks.push(await clickOne(look.page, (i * 0.618034) % 1));
  return clicks;
}
