/** Geometry of the virtualised list of pictures: which tiles are in view, and where they lie. */

export interface GridLayout {
  readonly columns: number;
  /** Side of a square tile, pixels. */
  readonly tile: number;
  readonly gap: number;
  readonly rowHeight: number;
}

const MIN_TILE = 132;
const MIN_TILE_ON_A_PHONE = 104;
const PHONE_WIDTH = 480;
const GAP = 12;
/** Line of the name below a tile. */
const CAPTION = 26;
/** Rows kept ready above and below the window. */
const OVERSCAN_ROWS = 3;
/** Rows that are there even when the list is out of sight, for the keyboard and for screen readers. */
const LEAST_ROWS = 6;

/** As many columns as fit. */
export function layout(width: number): GridLayout {
  const least = width < PHONE_WIDTH ? MIN_TILE_ON_A_PHONE : MIN_TILE;
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const tile = Math.max(1, Math.floor((width - GAP * (columns - 1)) / columns));
  return { columns, tile, gap: GAP, rowHeight: tile + CAPTION + GAP };
}

/**
 * The stretch of tiles to draw.
 *
 * @param viewportTop how far the window's top is below the list's top, pixels; negative above it
 */
export function visibleRange(
  { columns, rowHeight }: GridLayout,
  total: number,
  viewportTop: number,
  viewportHeight: number,
): { from: number; to: number } {
  const rows = Math.ceil(total / columns);
  const wantedFirst = Math.floor(viewportTop / rowHeight) - OVERSCAN_ROWS;
  const wantedEnd = Math.ceil((viewportTop + viewportHeight) / rowHeight) + OVERSCAN_ROWS;
  const firstRow = Math.max(0, Math.min(wantedFirst, rows - LEAST_ROWS));
  const endRow = Math.max(wantedEnd, firstRow + LEAST_ROWS);
  return { from: Math.min(total, firstRow * columns), to: Math.min(total, endRow * columns) };
}

/** Where a key leads from a tile; undefined for keys that do not move. */
export function moveBy(key: string, current: number, columns: number, total: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -current,
    End: total - 1 - current,
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  const next = current + step;
  return next < 0 || next >= total ? current : next;
}
