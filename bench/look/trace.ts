import type { CDPSession, Page } from '@playwright/test';

const CHUNK_BYTES = 4 * 2 ** 20;

/** What every event of a Chromium trace has; `ph` is its kind, times are microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
}

async function readStream(session: CDPSession, handle: string): Promise<string> {
  const parts: string[] = [];
  for (;;) {
    const part = await session.send('IO.read', { handle, size: CHUNK_BYTES });
    parts.push(part.base64Encoded === true ? Buffer.from(part.data, 'base64').toString('utf8') : part.data);
    if (part.eof) break;
  }
  await session.send('IO.close', { handle });
  return parts.join('');
}

/**
 * Runs something while Chromium traces.
 *
 * @param page of the browser that is traced
 * @param categories what is traced
 * @returns what the work gave, and the events
 */
export async function trace<T, E extends TraceEvent>(
  page: Page,
  categories: readonly string[],
  work: () => Promise<T>,
): Promise<{ result: T; events: E[] }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: { includedCategories: [...categories], recordMode: 'recordAsMuchAsPossible' },
  });
  const result = await work();
  const complete = new Promise<string>((resolve) => {
    session.once('Tracing.tracingComplete', ({ stream }) => resolve(stream ?? ''));
  });
  await session.send('Tracing.end');
  const text = await readStream(session, await complete);
  await session.detach();
  return { result, events: (JSON.parse(text) as { traceEvents: E[] }).traceEvents };
}
