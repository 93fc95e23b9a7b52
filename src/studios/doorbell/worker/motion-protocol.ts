/** What the camera's watcher sees. */
export interface MotionSeen {
  readonly width: number;
  readonly height: number;
  /** [height · width] uint8: the picture as it was looked at, grey. */
  readonly luma: Uint8Array<ArrayBuffer>;
  /** [height · width], 1 where it differs from the background. */
  readonly changed: Uint8Array<ArrayBuffer>;
  /** Share of what differs, [0, 1]. */
  readonly share: number;
  readonly isPresent: boolean;
}

/** Looks for movement in a camera's pictures. */
export interface MotionApi {
  /**
   * Begins anew.
   *
   * @param percent of the picture that must change, 0.2 … 50
   */
  begin(percent: number): void;
  /**
   * Looks at the next picture.
   *
   * @param picture small already; transferred, and closed here
   */
  look(picture: ImageBitmap): MotionSeen;
  /** Settles after a while. Timers of a worker are not slowed down in a tab that nobody looks at. */
  wait(ms: number): Promise<void>;
}
