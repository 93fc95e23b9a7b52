import type { Page } from '@playwright/test';
import { mainThreadTasks, TASK_CATEGORIES, type TaskEvent } from '../../bench/look/main-thread.ts';
import { trace } from '../../bench/look/trace.ts';

/** What is allowed, ms: fifty; more on a machine that runs other tests as well, whose caches are never warm. */
export const LONGEST_MS = process.env.ATELIER_LONG === undefined ? 150 : 50;

/**
 * The longest task of a page's main thread while something goes on, ms of the processor: time in which the thread waited for
 * one, because the machine runs other tests as well, does not count.
 */
export async function longestTask(page: Page, what: string, work: () => Promise<unknown>): Promise<number> {
  const { events } = await trace<unknown, TaskEvent>(page, TASK_CATEGORIES, work);
  const longest = Math.max(0, ...mainThreadTasks(events, 'processor'));
  const wall = Math.max(0, ...mainThreadTasks(events));
  console.log(`the longest task ${what}: ${longest.toFixed(1)} ms of the processor, ${wall.toFixed(1)} ms`);
  return longest;
}
