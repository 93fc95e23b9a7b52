import tapUrl from './pcm-tap.worklet.ts?worker&url';

/** As the worklet registers itself. */
const NAME = 'pcm-tap';

/** The samples of a stream as they come, for a worker: they never pass the page's own thread. */
export class PcmTap {
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  /** Gives chunks, [N] float32, mono, some 32 ms each; to be transferred to a worker. */
  readonly port: MessagePort;

  /**
   * Listens to a stream; the stream stays its owner's.
   *
   * @throws Error when this browser has no worklets, or could not load this one
   */
  static async open(stream: MediaStream): Promise<PcmTap> {
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(tapUrl);
      return new PcmTap(context, stream);
    } catch (thrown) {
      await context.close();
      throw thrown;
    }
  }

  private constructor(context: AudioContext, stream: MediaStream) {
    this.#context = context;
    this.#node = new AudioWorkletNode(context, NAME, { numberOfInputs: 1, numberOfOutputs: 1 });
    const { port1, port2 } = new MessageChannel();
    this.#node.port.postMessage(port1, [port1]);
    this.port = port2;
    context.createMediaStreamSource(stream).connect(this.#node);
    // Its output is silence; what leads nowhere is not run in every browser.
    this.#node.connect(context.destination);
  }

  /** Hz. */
  get sampleRate(): number {
    return this.#context.sampleRate;
  }

  async close(): Promise<void> {
    this.#node.port.postMessage('over');
    this.#node.disconnect();
    if (this.#context.state !== 'closed') await this.#context.close();
  }
}
