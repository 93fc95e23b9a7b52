import type { Progress } from '../kernel/progress.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** A count with thousands separators. */
export const formatCount = (count: number): string => whole.format(count);

/** Bytes in decimal units, as disks and networks count them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? whole.format(value) : tenths.format(value)} ${units[unit]}`;
}

/** Seconds in the two largest units, e.g. `1 min 5 s`. */
export function formatDuration(seconds: number): string {
  const left = Math.max(1, Math.round(seconds));
  if (left < 60) return `${left} s`;
  if (left < 3600) return `${Math.floor(left / 60)} min ${left % 60} s`;
  return `${Math.floor(left / 3600)} h ${Math.round((left % 3600) / 60)} min`;
}

/** How much is done, e.g. `12 of 800 pictures` or `3.1 MB of 10.8 MB`. */
export function formatAmount({ done, total, unit }: Progress): string {
  if (unit === 'bytes')
    return total > 0 ? `${formatBytes(done)} of ${formatBytes(total)}` : formatBytes(done);
  if (unit === 'percent') return `${formatCount(done)} %`;
  return total > 0 ? `${formatCount(done)} of ${formatCount(total)} ${unit}` : `${formatCount(done)} ${unit}`;
}

/** A speed, e.g. `31.4 pictures/s` or `2.1 MB/s`. */
export const formatRate = (perSecond: number, unit: Progress['unit']): string =>
  unit === 'bytes' ? `${formatBytes(perSecond)}/s` : `${tenths.format(perSecond)} ${unit}/s`;

// Made once: to make one takes longer than to use it a hundred times.
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A day and a time as this browser writes them, e.g. `2 Jan 2026, 03:04`. @param atMs ms since 1970 */
export const dayAndTime = (atMs: number): string => DAY_AND_TIME.format(atMs);
