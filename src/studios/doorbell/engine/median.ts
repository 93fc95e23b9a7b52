/**
 * The median of a sensor's last readings; nothing in range counts as infinitely far.
 *
 * @param distancesCm the readings, cm; undefined for no echo
 * @returns the middle one (the lower one of two), cm; undefined when it is no echo, or there are none
 */
export function medianCm(distancesCm: readonly (number | undefined)[]): number | undefined {
  const sorted = distancesCm.map((each) => each ?? Infinity).toSorted((a, b) => a - b);
  const middle = sorted[(sorted.length - 1) >> 1];
  return middle === undefined || middle === Infinity ? undefined : middle;
}
