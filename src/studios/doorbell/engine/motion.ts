/** A picture as the watcher sees it: coarse, and grey. */
export interface LumaFrame {
  readonly width: number;
  readonly height: number;
  /** [height · width] uint8 or float, 0 black … 255 white, rows from the top. */
  readonly luma: ArrayLike<number>;
}

/** What is movement. */
export interface MotionRule {
  /** A cell that differs from the background by so much has changed, levels of 255. */
  readonly level: number;
  /** So much of the picture must have changed for somebody to be there, (0, 1]. */
  readonly enterShare: number;
  /** They are gone below this, at most `enterShare`. */
  readonly leaveShare: number;
  /** Of the last `window` frames so many, more than half: one insect before the lens is nobody. */
  readonly enough: number;
  readonly window: number;
}

export const DEFAULT_MOTION: MotionRule = {
  level: 22,
  enterShare: 0.02,
  leaveShare: 0.01,
  enough: 4,
  window: 5,
};

export interface MotionStep {
  /** The cells that differ from the background, [height · width], 0 or 1. */
  readonly changed: Uint8Array<ArrayBuffer>;
  /** Their share of the picture, [0, 1]; 0 when all of it changed at once. */
  readonly share: number;
  /** All of it changed at once: a light, the sun, a nudge. The background begins anew. */
  readonly isGlobal: boolean;
  /** Somebody is there. */
  readonly isPresent: boolean;
}

/** The background follows what stays, this share of the difference each frame; what moves is taken in much slower. */
const FOLLOW = 0.08;
const FOLLOW_CHANGED = 0.01;
/** So much of the picture at once is no visitor. */
const GLOBAL_SHARE = 0.6;
/** While the camera finds its exposure nothing counts, frames. */
const SETTLE_FRAMES = 8;

/** How a picture came to be lighter or darker as a whole: `gain` times the background and `offset` more. */
interface Light {
  readonly gain: number;
  readonly offset: number;
}

/** How often the fit is made again without the cells that it does not explain. */
const FITS = 3;
/** A gain other than 1 wants contrast to be seen by: so much variance counts as much as the pictures' own, levels². */
const GAIN_PRIOR = 25;

// Least squares, of the cells that the fit before explains.
function fitLight(luma: ArrayLike<number>, background: Float32Array, level: number): Light {
  let light: Light | undefined;
  for (let round = 0; round < FITS; round += 1) {
    let count = 0;
    let sumX = 0;
    let sumY = 0;
    let sumXx = 0;
    let sumXy = 0;
    for (let i = 0; i < background.length; i += 1) {
      const x = background[i] ?? 0;
      const y = luma[i] ?? 0;
      if (light !== undefined && Math.abs(y - light.gain * x - light.offset) > level) continue;
      count += 1;
      sumX += x;
      sumY += y;
      sumXx += x * x;
      sumXy += x * y;
    }
    if (count === 0) break;
    const meanX = sumX / count;
    const meanY = sumY / count;
    const variance = sumXx / count - meanX * meanX;
    const gain = (sumXy / count - meanX * meanY + GAIN_PRIOR) / (variance + GAIN_PRIOR);
    light = { gain, offset: meanY - gain * meanX };
  }
  return light ?? { gain: 1, offset: 0 };
}

/**
 * Sees whether something moves before a camera that stands still. The background is a running mean; a picture that becomes
 * lighter or darker as a whole is compared as if it had not.
 */
export class MotionWatch {
  readonly #rule: MotionRule;
  #background: Float32Array | undefined;
  #size = '';
  #frames = 0;
  #hits: boolean[] = [];
  #isPresent = false;

  /**
   * Nothing was seen yet.
   *
   * @param rule what is movement
   */
  constructor(rule: MotionRule = DEFAULT_MOTION) {
    this.#rule = rule;
  }

  /**
   * Takes the next picture, some five a second.
   *
   * @param frame of the same size as those before; with another size everything begins anew
   * @returns what has changed
   */
  push({ width, height, luma }: LumaFrame): MotionStep {
    const cells = width * height;
    const size = `${width} ${height}`;
    if (this.#background === undefined || size !== this.#size) {
      this.#size = size;
      this.#begin(luma, cells);
    }
    const background = this.#background ?? new Float32Array(cells);
    const { gain, offset } = fitLight(luma, background, this.#rule.level);
    const changed = new Uint8Array(cells);
    let count = 0;
    for (let i = 0; i < cells; i += 1)
      if (Math.abs((luma[i] ?? 0) - gain * (background[i] ?? 0) - offset) > this.#rule.level) {
        changed[i] = 1;
        count += 1;
      }
    this.#frames += 1;
    const isGlobal = cells > 0 && count / cells > GLOBAL_SHARE;
    if (isGlobal) this.#begin(luma, cells);
    else this.#follow(background, luma, changed);
    const share = isGlobal || cells === 0 ? 0 : count / cells;
    this.#update(share);
    return { changed, share, isGlobal, isPresent: this.#isPresent };
  }

  #begin(luma: ArrayLike<number>, cells: number): void {
    this.#background = Float32Array.from({ length: cells }, (_, i) => luma[i] ?? 0);
    this.#frames = 0;
    this.#hits = [];
    this.#isPresent = false;
  }

  #follow(background: Float32Array, luma: ArrayLike<number>, changed: Uint8Array): void {
    const isSettling = this.#frames <= SETTLE_FRAMES;
    for (let i = 0; i < background.length; i += 1) {
      const share = isSettling ? 0.5 : changed[i] === 1 ? FOLLOW_CHANGED : FOLLOW;
      background[i] = (background[i] ?? 0) + share * ((luma[i] ?? 0) - (background[i] ?? 0));
    }
  }

  #update(share: number): void {
    const { enterShare, leaveShare, enough, window } = this.#rule;
    if (this.#frames <= SETTLE_FRAMES) return;
    this.#hits = [...this.#hits, share >= (this.#isPresent ? leaveShare : enterShare)].slice(-window);
    const hits = this.#hits.filter(Boolean).length;
    if (!this.#isPresent && hits >= enough) this.#isPresent = true;
    else if (this.#isPresent && hits <= window - enough) this.#isPresent = false;
  }
}

/**
 * A rule of how much of the picture must change.
 *
 * @param percent of the picture, 0.2 … 50; anything else is moved into that
 * @returns the rule
 */
export function motionRule(percent: number): MotionRule {
  const share = Math.min(0.5, Math.max(0.002, percent / 100));
  const enterShare = Number.isFinite(share) ? share : DEFAULT_MOTION.enterShare;
  return { ...DEFAULT_MOTION, enterShare, leaveShare: enterShare / 2 };
}

/**
 * Makes a picture grey.
 *
 * @param rgba [4 · N] uint8, red, green, blue, opacity
 * @returns [N] uint8, Rec. 601
 */
export function lumaOf(rgba: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const luma = new Uint8Array(rgba.length >> 2);
  for (let i = 0; i < luma.length; i += 1)
    luma[i] = Math.round(
      0.299 * (rgba[4 * i] ?? 0) + 0.587 * (rgba[4 * i + 1] ?? 0) + 0.114 * (rgba[4 * i + 2] ?? 0),
    );
  return luma;
}
