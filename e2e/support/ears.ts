import type { Page } from '@playwright/test';

/** What the page offers to whoever listens. */
interface Ears {
  /** Root mean square of what goes to the loudspeaker now, decibels of full scale. */
  levelDb(): number;
}

declare global {
  interface Window {
    ears?: Ears;
  }
}

/**
 * Listens to everything that the page sends to the loudspeaker. Nothing of the page is replaced: what is connected to the
 * output is connected to an analyser too.
 */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const analysers = new Set<AnalyserNode>();
    const byContext = new WeakMap<BaseAudioContext, AnalyserNode>();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
    const connect = AudioNode.prototype.connect as (
      this: AudioNode,
      ...args: unknown[]
    ) => AudioNode | undefined;
    AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
      const [target] = args;
      if (target instanceof AudioDestinationNode && this.context instanceof AudioContext) {
        let analyser = byContext.get(this.context);
        if (analyser === undefined) {
          analyser = new AnalyserNode(this.context, { fftSize: 2048 });
          byContext.set(this.context, analyser);
          analysers.add(analyser);
        }
        connect.call(this, analyser);
      }
      return connect.apply(this, args);
    } as typeof AudioNode.prototype.connect;
    const window_ = new Float32Array(2048);
    globalThis.window.ears = {
      levelDb: () => {
        let power = 0;
        for (const analyser of analysers) {
          analyser.getFloatTimeDomainData(window_);
          power += window_.reduce((sum, value) => sum + value * value, 0) / window_.length;
        }
        return 10 * Math.log10(Math.max(power, 1e-12));
      },
    };
  });
}

/** How loud the page is now, decibels of full scale. */
export const levelDb = (page: Page): Promise<number> =>
  page.evaluate(() => {
    if (window.ears === undefined) throw new Error('nobody listens to this page');
    return window.ears.levelDb();
  });
