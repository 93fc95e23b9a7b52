/** Runs in the page: watches the browser's own audio nodes, and leaves them as they are. */

/** What a page with taps offers. */
export interface SoundTaps {
  /** From each press of the pointer to the moment its sound was scheduled for, milliseconds. */
  readonly latenciesMs: number[];
  /** Whether anything is connected to the loudspeaker. */
  hasOutput(): boolean;
  /** Records what goes to the loudspeaker. @returns ends it */
  record(): () => Promise<void>;
  /** What was recorded, in base64: apart from its end, because making text of it takes a while. */
  recorded(): Promise<string>;
}

declare global {
  interface Window {
    taps?: SoundTaps;
  }
}

/** For `addInitScript`. */
export function installTaps(): void {
  const latenciesMs: number[] = [];
  let pressedMs: number | undefined;
  addEventListener('pointerdown', (event) => (pressedMs = event.timeStamp), { capture: true });
  const scheduled = (context: BaseAudioContext, when: number): void => {
    if (pressedMs === undefined) return;
    const waitSec = Math.max(0, when - context.currentTime);
    latenciesMs.push(performance.now() + 1000 * waitSec - pressedMs);
    pressedMs = undefined;
  };
  for (const kind of [OscillatorNode, AudioBufferSourceNode]) {
    const start: (this: AudioScheduledSourceNode, when?: number) => void = Reflect.get<
      typeof kind.prototype,
      'start'
    >(kind.prototype, 'start');
    kind.prototype.start = function (this: AudioScheduledSourceNode, when = 0, ...rest: number[]) {
      scheduled(this.context, when);
      start.call(this, when, ...(rest as []));
    };
  }
  const connect = Reflect.get(AudioNode.prototype, 'connect') as (
    this: AudioNode,
    ...to: unknown[]
  ) => AudioNode;
  const parts: Blob[] = [];
  const outputs: { readonly node: AudioNode; readonly context: AudioContext }[] = [];
  AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
    if (to[0] instanceof AudioDestinationNode && this.context instanceof AudioContext)
      outputs.push({ node: this, context: this.context });
    return connect.apply(this, to);
  };
  globalThis.window.taps = {
    latenciesMs,
    hasOutput: () => outputs.some(({ context }) => context.state === 'running'),
    record() {
      // A library may have opened another one before, and closed it.
      const output = outputs.findLast(({ context }) => context.state === 'running');
      if (output === undefined) throw new Error('nothing has sounded yet');
      const stream = output.context.createMediaStreamDestination();
      for (const { node, context } of outputs) if (context === output.context) connect.call(node, stream);
      const recorder = new MediaRecorder(stream.stream, { audioBitsPerSecond: 256_000 });
      parts.length = 0;
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.start();
      return () =>
        new Promise((resolve) => {
          recorder.onstop = () => resolve();
          recorder.stop();
        });
    },
    async recorded() {
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
  };
}
