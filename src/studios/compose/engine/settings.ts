/** The temperature at a point of the run; between two points it changes in a straight line. */
export interface TemperaturePoint {
  /** Share of the run's iterations that are done, [0, 1]. */
  readonly at: number;
  /** ≥ 0; 0 takes the most likely cell, 1 is as learned. */
  readonly value: number;
}

/** What a run is told. Plain data: it is kept with a composition and sent to the worker. */
export interface SamplerSettings {
  /** Edits at most; one cell flipped each. */
  readonly iterations: number;
  /** Edits drawn from one pass of the network, 1–8; 1 is the original's meaning. */
  readonly editsPerPass: number;
  /** Edits of one pass are at least so many steps apart. */
  readonly minStepsApart: number;
  /** By `at`; at least one. */
  readonly temperature: readonly TemperaturePoint[];
  /** Cells that the run may have added at any moment. */
  readonly maxAdded: number;
  /** Share of the cells on at the beginning that the run may have removed at any moment, [0, 1]; rounded down to cells. */
  readonly maxRemovedShare: number;
  /** A cell that was given back its first state rests for so many edits; 0: it does not. */
  readonly coolDownEdits: number;
  /** The run ends when the last so many edits have together changed next to nothing; 0: never. */
  readonly settleEdits: number;
  /** uint32 */
  readonly seed: number;
}

export const MAX_EDITS_PER_PASS = 8;
/** More than anything a page or a command asks for; a typing error must not run for hours. */
const MAX_ITERATIONS = 100_000;

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

/**
 * Checks settings at a public edge.
 *
 * @param settings what a run is told
 * @throws RangeError naming the setting, what is allowed and what was found
 */
export function assertSettings(settings: SamplerSettings): void {
  const refuse = (name: string, allowed: string, found: unknown): never => {
    throw new RangeError(`${name}: expected ${allowed}, found ${JSON.stringify(found)}`);
  };
  const whole = (name: keyof SamplerSettings, least: number, most: number): void => {
    const value = settings[name];
    if (typeof value !== 'number' || !isWhole(value, least, most))
      refuse(name, `a whole number ${least}–${most}`, value);
  };
  whole('iterations', 0, MAX_ITERATIONS);
  whole('editsPerPass', 1, MAX_EDITS_PER_PASS);
  whole('minStepsApart', 0, Number.MAX_SAFE_INTEGER);
  whole('maxAdded', 0, Number.MAX_SAFE_INTEGER);
  whole('coolDownEdits', 0, Number.MAX_SAFE_INTEGER);
  whole('settleEdits', 0, Number.MAX_SAFE_INTEGER);
  whole('seed', 0, 0xffff_ffff);
  if (!(settings.maxRemovedShare >= 0 && settings.maxRemovedShare <= 1))
    refuse('maxRemovedShare', 'a share 0–1', settings.maxRemovedShare);
  const points = settings.temperature;
  const areInOrder = points.every(({ at }, i) => at >= (points[i - 1]?.at ?? 0) && at <= 1);
  if (points.length === 0 || !areInOrder) refuse('temperature', 'points in order, at shares 0–1', points);
  if (!points.every(({ value }) => value >= 0 && value < Infinity))
    refuse('temperature', 'values ≥ 0', points);
}

/**
 * The temperature at a moment of a run.
 *
 * @param points by `at`, at least one; before the first and after the last the value stays
 * @param share of the run that is done, [0, 1]
 * @returns the temperature, ≥ 0
 */
export function temperatureAt(points: readonly TemperaturePoint[], share: number): number {
  const next = points.findIndex(({ at }) => at > share);
  const after = points[next];
  const before = points[next < 0 ? points.length - 1 : next - 1];
  if (after === undefined || before === undefined) return (before ?? after)?.value ?? 1;
  return before.value + ((share - before.at) / (after.at - before.at)) * (after.value - before.value);
}
