import { afterEach, describe, expect, it } from 'vitest';
import { writeAlong } from './along.ts';

const RATE = 16_000;
const ended = (port: MessagePort): Promise<void> =>
  new Promise((resolve) => port.addEventListener('close', () => resolve()));

describe('words while they are spoken', () => {
  const open: MessagePort[] = [];
  afterEach(() => {
    for (const port of open.splice(0)) port.close();
  });

  function begin(hear: (samples: Float32Array, signal: AbortSignal) => Promise<string>) {
    const pcm = new MessageChannel();
    const words = new MessageChannel();
    open.push(pcm.port1, words.port1);
    const texts: string[] = [];
    const waiting: (() => void)[] = [];
    words.port1.onmessage = ({ data }: MessageEvent<string>) => {
      texts.push(data);
      for (const resolve of waiting.splice(0)) resolve();
    };
    writeAlong({ pcm: pcm.port2, words: words.port2, sampleRate: RATE }, hear);
    return {
      texts,
      words: words.port1,
      say: (seconds: number) => pcm.port1.postMessage(new Float32Array(seconds * RATE).fill(0.1)),
      text: () => new Promise<void>((resolve) => waiting.push(resolve)),
    };
  }

  it('are of everything so far, each time there is a second more', async () => {
    const along = begin(({ length }) => Promise.resolve(`${length / RATE} s`));
    for (const seconds of [0.5, 0.75, 1, 40]) {
      const text = along.text();
      along.say(seconds);
      if (seconds > 0.5) await text;
    }
    expect(along.texts).toEqual(['1.25 s', '2.25 s', '42.25 s']);
  });

  it('are not asked for while they are being found', async () => {
    let asked = 0;
    const answers: ((text: string) => void)[] = [];
    const along = begin(() => {
      asked += 1;
      return new Promise((resolve) => answers.push(resolve));
    });
    const first = along.text();
    for (let i = 0; i < 5; i += 1) along.say(1);
    const marker = new MessageChannel();
    open.push(marker.port1);
    await new Promise((resolve) => {
      marker.port2.onmessage = resolve;
      marker.port1.postMessage('all are there');
    });
    expect(asked).toBe(1);
    answers[0]?.('one');
    await first;
    expect(along.texts).toEqual(['one']);
  });

  it('end when they are not wanted any more, and when the network fails', async () => {
    let signal: AbortSignal | undefined;
    const stopped = begin((_samples, given) => {
      signal = given;
      return new Promise((_resolve, reject) =>
        given.addEventListener('abort', () => reject(given.reason as Error)),
      );
    });
    stopped.say(2);
    await expect.poll(() => signal).toBeDefined();
    const isClosed = ended(stopped.words);
    stopped.words.postMessage('over');
    await isClosed;
    expect(signal?.aborted).toBe(true);
    expect(stopped.texts).toEqual([]);

    const failing = begin(() => Promise.reject(new Error('out of memory')));
    const isOver = ended(failing.words);
    failing.say(2);
    await isOver;
    expect(failing.texts).toEqual([]);
  });
});
