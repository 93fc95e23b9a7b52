import { cellsPerRow, CellLender, LARGE, LARGE_LAYERS, SMALL } from '../engine/map/atlas.ts';
import {
  type Camera,
  MAX_ZOOM,
  panBy,
  type Point,
  pixelsPerUnit,
  seenRect,
  showRect,
  type Size,
  tileSize,
  toMap,
  toScreen,
  WHOLE,
  zoomAt,
} from '../engine/map/camera.ts';
import { boundsOf, isInside } from '../engine/map/lasso.ts';
import { type Direction, QuadTree } from '../engine/map/quad-tree.ts';
import { MAP_COLOURS } from './map-colours.ts';
import { MapRenderer, MAX_OVER, type MapTheme } from './map-renderer.ts';
import { MARK } from './map-shaders.ts';
import type { Grouping, MapPlaces, PictureMap } from './picture-map.svelte.ts';

export type { Direction, MapTheme, Point };

/** From this size on, device pixels, a small picture looks coarse. */
const LARGE_FROM = 44;
/** Large pictures asked for at once, and put into the atlas in one frame. */
const CELLS_ASKED = 16;
const CELLS_A_FRAME = 4;
/** Strips asked for at once, and put into the atlas in one frame. */
const STRIPS_ASKED = 3;
const STRIPS_A_FRAME = 2;
const STRIP = cellsPerRow(SMALL);
const LARGE_CELLS = cellsPerRow(LARGE) ** 2 * LARGE_LAYERS;
const MAX_RATIO = 2;

interface Cell {
  readonly row: number;
  readonly levels: readonly Uint8Array<ArrayBuffer>[];
}

/** What is seen of the map: the view, the pictures in it, what is marked; it draws when something of it has changed. */
export class MapScene {
  readonly #map: PictureMap;
  readonly #lender = new CellLender(LARGE_CELLS);
  readonly #hits = new Set<number>();
  #canvas: HTMLCanvasElement | undefined;
  #renderer: MapRenderer | undefined;
  #camera = $state.raw<Camera>(WHOLE);
  #size = $state.raw<Size>({ width: 1, height: 1 });
  #current = $state<number | undefined>();
  #support = $state<'unknown' | 'here' | 'missing' | 'lost'>('unknown');
  #loaded = $state(0);
  #places: MapPlaces | undefined;
  #rowOf = new Map<number, number>();
  #tree = new QuadTree(new Float32Array());
  #styles = new Uint8Array();
  #theme: MapTheme | undefined;
  #frame: number | undefined;
  /** Grows whenever rows mean other pictures: what was asked for before is thrown away. */
  #version = 0;
  #strips: Cell[] = [];
  #cells: Cell[] = [];
  #askingCells = false;
  /** Rows whose large picture cannot be had. */
  readonly #withoutCell = new Set<number>();

  constructor(map: PictureMap) {
    this.#map = map;
  }

  get camera(): Camera {
    return this.#camera;
  }
  /** Whether there is WebGL 2 to draw with; `lost`: the browser took it away and may give it back. */
  get support(): 'unknown' | 'here' | 'missing' | 'lost' {
    return this.#support;
  }
  /** Rows whose small pictures are drawn. */
  get loaded(): number {
    return this.#loaded;
  }
  /** Id of the picture that the keyboard is on. */
  get current(): number | undefined {
    return this.#current === undefined ? undefined : this.#places?.ids[this.#current];
  }
  get canZoomIn(): boolean {
    return this.#camera.zoom < MAX_ZOOM;
  }

  /** Draws on a canvas from now on. @returns what ends it */
  attach(canvas: HTMLCanvasElement): () => void {
    this.#canvas = canvas;
    const lost = (event: Event): void => {
      // Without this the browser would never give it back.
      event.preventDefault();
      this.#renderer = undefined;
      this.#support = 'lost';
    };
    const restored = (): void => this.#begin();
    canvas.addEventListener('webglcontextlost', lost);
    canvas.addEventListener('webglcontextrestored', restored);
    this.#begin();
    return () => {
      canvas.removeEventListener('webglcontextlost', lost);
      canvas.removeEventListener('webglcontextrestored', restored);
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
      this.#version += 1;
      this.#renderer?.dispose();
      this.#renderer = undefined;
      this.#canvas = undefined;
    };
  }

  setSize(size: Size): void {
    this.#size = size;
    this.#invalidate();
  }

  setTheme(theme: MapTheme): void {
    this.#theme = theme;
    this.#invalidate();
  }

  /** Shows other places; pictures that keep their rows keep what is drawn of them. */
  setPlaces(places: MapPlaces | undefined): void {
    const before = this.#places?.ids ?? new Uint32Array();
    const ids = places?.ids ?? new Uint32Array();
    const current = this.current;
    let same = 0;
    while (same < ids.length && ids[same] === before[same]) same += 1;
    this.#places = places;
    this.#tree = new QuadTree(places?.positions ?? new Float32Array());
    this.#rowOf = new Map(Array.from(ids, (id, row) => [id, row]));
    this.#current = current === undefined ? undefined : this.#rowOf.get(current);
    this.#styles = new Uint8Array(ids.length * 4);
    if (same < before.length) this.#forgetCells();
    this.#withoutCell.clear();
    this.#upload(Math.min(this.#loaded, Math.floor(same / STRIP) * STRIP));
  }

  /** Colours and marks: of groups when there are any, of what is selected, of what was found. */
  setStyles(grouping: Grouping | undefined, selected: Iterable<number>, hits: Iterable<number>): void {
    const styles = this.#styles;
    styles.fill(0);
    if (grouping !== undefined && grouping.of.length * 4 === styles.length)
      for (const [row, group] of grouping.of.entries()) {
        const { rgb } = MAP_COLOURS[group % MAP_COLOURS.length] ?? { rgb: [0, 0, 0] };
        styles.set(rgb, row * 4);
        styles[row * 4 + 3] = MARK.coloured;
      }
    for (const id of selected) {
      const row = this.#rowOf.get(id);
      if (row !== undefined) styles[row * 4 + 3]! |= MARK.selected;
    }
    this.#hits.clear();
    for (const id of hits) {
      const row = this.#rowOf.get(id);
      if (row !== undefined) this.#hits.add(row);
    }
    this.#renderer?.setStyles(styles);
    this.#invalidate();
  }

  pan(by: Point): void {
    this.#look(panBy(this.#camera, this.#size, by));
  }

  /** @param at pixel that stays where it is; left out: the current picture, or the middle */
  zoom(factor: number, at?: Point): void {
    const middle = { x: this.#size.width / 2, y: this.#size.height / 2 };
    this.#look(zoomAt(this.#camera, this.#size, at ?? middle, factor));
  }

  showAll(): void {
    this.#look(WHOLE);
  }

  /** Brings rows of the map into view. */
  showRows(rows: readonly number[]): void {
    const points = rows.map((row) => this.#at(row));
    if (points.length > 0) this.#look(showRect(boundsOf(points)));
  }

  /** The picture under a pixel, by its id. */
  pictureAt(pixel: Point): number | undefined {
    const tile = this.#tile;
    const scale = pixelsPerUnit(this.#camera, this.#size);
    const row = this.#tree.nearest(toMap(this.#camera, this.#size, pixel), (tile * Math.SQRT1_2) / scale);
    return row === undefined ? undefined : this.#places?.ids[row];
  }

  /** Puts the keyboard on a picture. */
  setCurrent(id: number | undefined): void {
    this.#current = id === undefined ? undefined : this.#rowOf.get(id);
    this.#invalidate();
  }

  /** Goes to the nearest picture in a direction, and keeps it in view. */
  move(direction: Direction): void {
    const { width, height } = this.#size;
    const middle = toMap(this.#camera, this.#size, { x: width / 2, y: height / 2 });
    const next =
      this.#current === undefined ? this.#tree.nearest(middle) : this.#tree.towards(this.#current, direction);
    if (next === undefined) return;
    this.#current = next;
    const { x, y } = toScreen(this.#camera, this.#size, this.#at(next));
    const rim = this.#tile;
    if (x < rim || y < rim || x > width - rim || y > height - rim)
      this.#look({ ...this.#at(next), zoom: this.#camera.zoom });
    this.#invalidate();
  }

  /** Ids of the pictures whose middle a line of pixels goes round. */
  inside(line: readonly Point[]): number[] {
    if (line.length < 3) return [];
    const corners = line.map((pixel) => toMap(this.#camera, this.#size, pixel));
    return this.#tree
      .inRect(boundsOf(corners))
      .filter((row) => isInside(corners, this.#at(row)))
      .map((row) => this.#places?.ids[row] ?? 0);
  }

  get #tile(): number {
    return tileSize(this.#camera, this.#size, this.#places?.ids.length ?? 1);
  }

  get #ratio(): number {
    return Math.min(MAX_RATIO, devicePixelRatio);
  }

  #at(row: number): Point {
    const positions = this.#places?.positions;
    return { x: positions?.[row * 2] ?? 0.5, y: positions?.[row * 2 + 1] ?? 0.5 };
  }

  #look(camera: Camera): void {
    this.#camera = camera;
    this.#invalidate();
  }

  #begin(): void {
    if (this.#canvas === undefined) return;
    this.#renderer = MapRenderer.create(this.#canvas);
    this.#support = this.#renderer === undefined ? 'missing' : 'here';
    this.#forgetCells();
    this.#upload(0);
  }

  #forgetCells(): void {
    this.#lender.clear();
    this.#cells = [];
  }

  /** Hands the places over, and fetches the small pictures from a row on. */
  #upload(from: number): void {
    this.#version += 1;
    this.#strips = [];
    this.#loaded = from;
    if (this.#renderer === undefined || this.#places === undefined) return;
    if (this.#renderer.setPositions(this.#places.positions)) this.#loaded = 0;
    this.#renderer.setStyles(this.#styles);
    this.#invalidate();
    void this.#fetchStrips();
  }

  async #fetchStrips(): Promise<void> {
    const version = this.#version;
    const count = this.#places?.ids.length ?? 0;
    const asked: (readonly [number, Promise<{ levels: Cell['levels'] } | undefined>])[] = [];
    let next = this.#loaded;
    while (next < count || asked.length > 0) {
      while (next < count && asked.length < STRIPS_ASKED) {
        asked.push([next, this.#map.strip(next)]);
        next += STRIP;
      }
      const [row, promise] = asked.shift() ?? [0, Promise.resolve(undefined)];
      const strip = await promise;
      if (version !== this.#version || strip === undefined) return;
      this.#strips.push({ row, levels: strip.levels });
      this.#invalidate();
    }
  }

  #invalidate(): void {
    if (this.#renderer === undefined) return;
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = undefined;
    const renderer = this.#renderer;
    if (renderer === undefined || this.#theme === undefined) return;
    this.#takeIn(renderer);
    const tile = this.#tile;
    const ratio = this.#ratio;
    renderer.beginOver();
    if (tile * ratio >= LARGE_FROM) this.#addLarge(renderer, tile);
    for (const row of this.#hits) this.#addOver(renderer, row, MARK.hit);
    if (this.#current !== undefined) this.#addOver(renderer, this.#current, MARK.current);
    const { camera, theme } = { camera: this.#camera, theme: this.#theme };
    renderer.draw({ camera, size: this.#size, ratio, tile, loaded: this.#loaded, theme });
    if (this.#strips.length > 0 || this.#cells.length > 0) this.#invalidate();
  }

  /** A few of the pictures that have come go into the atlas: all at once would hold the frame up. */
  #takeIn(renderer: MapRenderer): void {
    for (const { row, levels } of this.#strips.splice(0, STRIPS_A_FRAME)) {
      renderer.putStrip(row / STRIP, levels);
      this.#loaded = Math.min(row + STRIP, this.#places?.ids.length ?? 0);
    }
    for (const { row, levels } of this.#cells.splice(0, CELLS_A_FRAME))
      renderer.putCell(this.#lender.lend(row), levels);
  }

  #addLarge(renderer: MapRenderer, tile: number): void {
    let rows = this.#tree.inRect(seenRect(this.#camera, this.#size, tile / 2));
    // Room for the found ones and the current one stays.
    const most = Math.min(LARGE_CELLS, MAX_OVER - this.#hits.size - 1);
    if (rows.length > most) rows = this.#nearestTo(rows, most);
    const missing: number[] = [];
    for (const row of rows) {
      if (this.#lender.find(row) === undefined) missing.push(row);
      else this.#addOver(renderer, row, 0);
    }
    const waiting = new Set(this.#cells.map((cell) => cell.row));
    void this.#fetchCells(missing.filter((row) => !waiting.has(row) && !this.#withoutCell.has(row)));
  }

  #nearestTo(rows: readonly number[], most: number): number[] {
    const { x, y } = this.#camera;
    const far = (row: number): number => (this.#at(row).x - x) ** 2 + (this.#at(row).y - y) ** 2;
    return rows.toSorted((a, b) => far(a) - far(b)).slice(0, most);
  }

  #addOver(renderer: MapRenderer, row: number, marks: number): void {
    const { x, y } = this.#at(row);
    const cell = this.#lender.find(row);
    renderer.addOver(x, y, cell ?? -1 - row, this.#styles, row, marks);
  }

  async #fetchCells(rows: readonly number[]): Promise<void> {
    if (this.#askingCells || rows.length === 0) return;
    this.#askingCells = true;
    const version = this.#version;
    const some = this.#nearestTo(rows, CELLS_ASKED);
    const cells = await this.#map.cells(some.map((row) => this.#places?.ids[row] ?? 0));
    this.#askingCells = false;
    if (version !== this.#version) {
      this.#invalidate();
      return;
    }
    for (const row of some) this.#withoutCell.add(row);
    for (const { id, levels } of cells) {
      const row = this.#rowOf.get(id);
      if (row === undefined) continue;
      this.#withoutCell.delete(row);
      this.#cells.push({ row, levels });
    }
    this.#invalidate();
  }
}
