import { CHART_MS, type Point, type TriggerSettings } from '../state/link-watch.svelte.ts';

export type Side = 'nearestCm' | 'farthestCm';
type Band = Pick<TriggerSettings, Side>;

/** The top of the chart, cm; nearer is lower. */
const TOP_CM = 420;
/** An edge is taken hold of from this near, cm. */
const GRIP_CM = 18;

/** The distance at a height of the chart. */
export const cmAt = (y: number, height: number): number => (1 - y / height) * TOP_CM;
const yAt = (cm: number, height: number): number => (1 - cm / TOP_CM) * height;

/** Which edge of the band lies there, undefined for none. */
export function sideNear(cm: number, { nearestCm, farthestCm }: Band): Side | undefined {
  const near = Math.abs(cm - nearestCm);
  const far = Math.abs(cm - farthestCm);
  if (Math.min(near, far) > GRIP_CM) return undefined;
  return near < far ? 'nearestCm' : 'farthestCm';
}

/**
 * Draws the last minute.
 *
 * @param points the oldest first
 * @param nowMs the right edge, by `performance.now()`
 * @param color a CSS property's value
 */
export function drawChart(
  canvas: HTMLCanvasElement,
  points: readonly Point[],
  band: Band,
  nowMs: number,
  color: (property: string) => string,
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const xAt = (steadyMs: number): number => width * (1 - (nowMs - steadyMs) / CHART_MS);

  context.fillStyle = color('--accent-soft');
  const top = yAt(band.farthestCm, height);
  context.fillRect(0, top, width, yAt(band.nearestCm, height) - top);
  context.strokeStyle = color('--accent');
  context.lineWidth = 2;
  for (const cm of [band.nearestCm, band.farthestCm]) {
    context.beginPath();
    context.moveTo(0, yAt(cm, height));
    context.lineTo(width, yAt(cm, height));
    context.stroke();
  }
  context.fillStyle = color('--ink-soft');
  context.font = `12px ${color('--font')}`;
  context.fillText(`${band.farthestCm} cm`, 8, top - 5);
  context.fillText(`${band.nearestCm} cm`, 8, yAt(band.nearestCm, height) - 5);

  context.fillStyle = color('--ink-faint');
  for (const { steadyMs, distanceCm } of points)
    if (distanceCm !== undefined) context.fillRect(xAt(steadyMs) - 1, yAt(distanceCm, height) - 1, 2, 2);

  context.strokeStyle = color('--ink');
  context.lineWidth = 1.5;
  context.beginPath();
  let isDown = false;
  for (const { steadyMs, filteredCm } of points) {
    if (filteredCm === undefined) {
      isDown = false;
      continue;
    }
    if (isDown) context.lineTo(xAt(steadyMs), yAt(filteredCm, height));
    else context.moveTo(xAt(steadyMs), yAt(filteredCm, height));
    isDown = true;
  }
  context.stroke();

  context.strokeStyle = color('--ember');
  context.lineWidth = 2;
  for (const { steadyMs, fired } of points) {
    if (!fired) continue;
    context.beginPath();
    context.moveTo(xAt(steadyMs), 0);
    context.lineTo(xAt(steadyMs), height);
    context.stroke();
  }
}
