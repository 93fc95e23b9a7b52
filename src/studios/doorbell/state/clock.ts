/** The person's time of day, minutes since midnight, 0 … 1439. */
export function minuteOfDay(atMs: number = Date.now()): number {
  const at = new Date(atMs);
  return at.getHours() * 60 + at.getMinutes();
}
