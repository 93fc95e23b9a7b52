import { serve, transfer } from '../../../platform/rpc.ts';
import { lumaOf, motionRule, MotionWatch } from '../engine/motion.ts';
import type { MotionApi, MotionSeen } from './motion-protocol.ts';

/** One picture at a time is held, and drawn over by the next one. */
class Motion implements MotionApi {
  #watch = new MotionWatch();
  #canvas = new OffscreenCanvas(1, 1);
  #context: OffscreenCanvasRenderingContext2D | null = null;

  begin(percent: number): void {
    this.#watch = new MotionWatch(motionRule(percent));
  }

  look(picture: ImageBitmap): MotionSeen {
    const { width, height } = picture;
    if (this.#context === null || this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas = new OffscreenCanvas(width, height);
      this.#context = this.#canvas.getContext('2d', { willReadFrequently: true });
    }
    if (this.#context === null) throw new Error('this browser draws nothing in a worker');
    this.#context.drawImage(picture, 0, 0);
    picture.close();
    const luma = lumaOf(this.#context.getImageData(0, 0, width, height).data);
    const { changed, share, isPresent } = this.#watch.push({ width, height, luma });
    return transfer({ width, height, luma, changed, share, isPresent }, [luma.buffer, changed.buffer]);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

serve(new Motion());
