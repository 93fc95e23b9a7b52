import { STEPS_PER_BAR, WINDOW_STEPS } from './roll.ts';
import type { SamplerSettings } from './settings.ts';

/** One place of the network's window over a longer piece. */
export interface Window {
  /** Where the window lies, in steps of the piece; always the beginning of a bar. */
  readonly startStep: number;
  /** Steps of the window that this run may change: [freeFrom, freeTo), counted from the window's own beginning. */
  readonly freeFrom: number;
  readonly freeTo: number;
}

/** Four bars of each window are the next one's context. */
const HOP_STEPS = 64;

/**
 * Lays windows over a piece. Each begins on a bar, as the network was trained, and sees what the one before it has written
 * as context that it may not change; the last one ends with the piece's last bar, however much it overlaps.
 *
 * @param steps of the piece, ≥ 1
 * @returns windows in order; together their free steps are the piece, each step once
 * @throws RangeError when there is no step
 */
export function planWindows(steps: number): Window[] {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new RangeError(`expected at least one step, found ${steps}`);
  const bars = Math.ceil(steps / STEPS_PER_BAR) * STEPS_PER_BAR;
  const lastStart = Math.max(0, bars - WINDOW_STEPS);
  const windows: Window[] = [];
  let written = 0;
  for (let start = 0; written < steps; start = Math.min(start + HOP_STEPS, lastStart)) {
    const end = Math.min(steps, start + WINDOW_STEPS);
    windows.push({ startStep: start, freeFrom: written - start, freeTo: end - start });
    written = end;
  }
  return windows;
}

/**
 * The settings of one window. What a person asks for is meant for 8 bars: the first window gets it as it is, each later one
 * in proportion to what it writes, with a seed of its own.
 *
 * @param settings of the piece
 * @param windows all of them
 * @param index which one
 * @returns its settings
 * @throws RangeError when there is no such window
 */
export function settingsOfWindow(
  settings: SamplerSettings,
  windows: readonly Window[],
  index: number,
): SamplerSettings {
  const window = windows[index];
  if (window === undefined) throw new RangeError(`expected a window 0–${windows.length - 1}, found ${index}`);
  if (index === 0) return settings;
  const share = (window.freeTo - window.freeFrom) / WINDOW_STEPS;
  return {
    ...settings,
    iterations: Math.round(settings.iterations * share),
    maxAdded: Math.floor(settings.maxAdded * share),
    seed: (settings.seed + Math.imul(index, 0x9e3779b9)) >>> 0,
  };
}

/**
 * Edits that a run makes if no window ends before its time.
 *
 * @param settings of the run, meant for 8 bars
 * @param steps of the piece, at least 1
 * @returns how many
 */
export function plannedEdits(settings: SamplerSettings, steps: number): number {
  const windows = planWindows(steps);
  return windows.reduce((sum, _, index) => sum + settingsOfWindow(settings, windows, index).iterations, 0);
}
