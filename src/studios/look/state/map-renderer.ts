import {
  type AtlasShape,
  cellPlace,
  LARGE,
  LARGE_LAYERS,
  LAYER_SIDE,
  layersFor,
  SMALL,
} from '../engine/map/atlas.ts';
import { type Camera, pixelsPerUnit, type Size } from '../engine/map/camera.ts';
import { FRAGMENT, VERTEX } from './map-shaders.ts';

/** [red, green, blue], each [0, 1]. */
export type Rgb = readonly [number, number, number];

export interface MapTheme {
  readonly ground: Rgb;
  readonly mute: Rgb;
  readonly accent: Rgb;
  readonly ember: Rgb;
}

export interface MapFrame {
  readonly camera: Camera;
  readonly size: Size;
  /** Device pixels to a CSS pixel. */
  readonly ratio: number;
  /** Side of a picture, CSS pixels. */
  readonly tile: number;
  /** Rows whose small pictures are in the atlas. */
  readonly loaded: number;
  readonly theme: MapTheme;
}

/** Pictures drawn over the others: those that are large, found or current. */
export const MAX_OVER = 1024;
/** Bytes of one of them: x, y, cell as float32, colour and marks as four bytes. */
const OVER_BYTES = 16;
const STYLE_BYTES = 4;
const UNIFORMS = [
  ...(['u_centre', 'u_scale', 'u_half', 'u_side', 'u_all', 'u_loaded'] as const),
  ...(['u_small', 'u_large', 'u_accent', 'u_ember', 'u_mute'] as const),
] as const;
type Uniforms = Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;

/** Draws the map by WebGL 2 in two draw calls: all pictures from the small atlas, then some from the large one over them. */
export class MapRenderer {
  readonly #gl: WebGL2RenderingContext;
  readonly #uniforms: Uniforms;
  readonly #all: WebGLVertexArrayObject;
  readonly #over: WebGLVertexArrayObject;
  readonly #positions: WebGLBuffer;
  readonly #styles: WebGLBuffer;
  readonly #overs: WebGLBuffer;
  readonly #large: WebGLTexture;
  readonly #overBytes = new ArrayBuffer(MAX_OVER * OVER_BYTES);
  readonly #overFloats = new Float32Array(this.#overBytes);
  readonly #overStyles = new Uint8Array(this.#overBytes);
  #small: WebGLTexture | undefined;
  #smallLayers = 0;
  #count = 0;
  #overCount = 0;

  /**
   * @param canvas to draw on
   * @returns undefined where there is no WebGL 2
   */
  static create(canvas: HTMLCanvasElement): MapRenderer | undefined {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false });
    return gl === null ? undefined : new MapRenderer(gl);
  }

  private constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    const program = link(gl);
    gl.useProgram(program);
    const locations = UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)] as const);
    this.#uniforms = Object.fromEntries(locations) as unknown as Uniforms;
    gl.uniform1i(this.#uniforms.u_small, 0);
    gl.uniform1i(this.#uniforms.u_large, 1);
    this.#positions = gl.createBuffer();
    this.#styles = gl.createBuffer();
    this.#overs = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#overs);
    gl.bufferData(gl.ARRAY_BUFFER, this.#overBytes.byteLength, gl.DYNAMIC_DRAW);
    this.#all = gl.createVertexArray();
    gl.bindVertexArray(this.#all);
    this.#attribute(0, this.#positions, 2, gl.FLOAT, 8, 0);
    this.#attribute(1, this.#styles, 4, gl.UNSIGNED_BYTE, STYLE_BYTES, 0);
    this.#over = gl.createVertexArray();
    gl.bindVertexArray(this.#over);
    this.#attribute(0, this.#overs, 2, gl.FLOAT, OVER_BYTES, 0);
    this.#attribute(1, this.#overs, 4, gl.UNSIGNED_BYTE, OVER_BYTES, 12);
    this.#attribute(2, this.#overs, 1, gl.FLOAT, OVER_BYTES, 8);
    this.#large = this.#texture(1, LARGE, LARGE_LAYERS);
  }

  /**
   * Puts the pictures where they are. Small pictures stay as they are unless more room is needed for them.
   *
   * @param positions [N, 2] float32
   * @returns whether the small atlas was made anew, and is empty
   */
  setPositions(positions: Float32Array<ArrayBuffer>): boolean {
    const gl = this.#gl;
    this.#count = positions.length / 2;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#positions);
    gl.bufferData(gl.ARRAY_BUFFER, positions, gl.STATIC_DRAW);
    const layers = layersFor(SMALL, this.#count);
    if (this.#small !== undefined && layers <= this.#smallLayers) return false;
    if (this.#small !== undefined) gl.deleteTexture(this.#small);
    this.#small = this.#texture(0, SMALL, layers);
    this.#smallLayers = layers;
    return true;
  }

  /** @param styles [N, 4] uint8: red, green, blue, marks */
  setStyles(styles: Uint8Array<ArrayBuffer>): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#styles);
    gl.bufferData(gl.ARRAY_BUFFER, styles, gl.DYNAMIC_DRAW);
  }

  /** Puts a row of small pictures into the atlas. @param row of cells */
  putStrip(row: number, levels: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#gl.activeTexture(this.#gl.TEXTURE0);
    this.#put(SMALL, row * (LAYER_SIDE / SMALL.cell), LAYER_SIDE, levels);
  }

  /** Puts one large picture into the atlas. */
  putCell(cell: number, levels: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#gl.activeTexture(this.#gl.TEXTURE1);
    this.#put(LARGE, cell, LARGE.cell, levels);
  }

  /** Begins the list of what is drawn over the rest. */
  beginOver(): void {
    this.#overCount = 0;
  }

  /**
   * Adds a picture to it; beyond `MAX_OVER` it does nothing.
   *
   * @param cell of the large atlas, or −1 − row for a small picture
   * @param styles of all rows, and `at` the row in it
   */
  addOver(x: number, y: number, cell: number, styles: Uint8Array, at: number, marks: number): void {
    if (this.#overCount === MAX_OVER) return;
    const to = this.#overCount * 4;
    this.#overFloats[to] = x;
    this.#overFloats[to + 1] = y;
    this.#overFloats[to + 2] = cell;
    const style = this.#overCount * OVER_BYTES + 12;
    for (let i = 0; i < 3; i += 1) this.#overStyles[style + i] = styles[at * 4 + i] ?? 0;
    this.#overStyles[style + 3] = (styles[at * 4 + 3] ?? 0) | marks;
    this.#overCount += 1;
  }

  draw({ camera, size, ratio, tile, loaded, theme }: MapFrame): void {
    const gl = this.#gl;
    const u = this.#uniforms;
    const width = Math.max(1, Math.round(size.width * ratio));
    const height = Math.max(1, Math.round(size.height * ratio));
    const { canvas } = gl;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(...theme.ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0) return;
    const scale = pixelsPerUnit(camera, size);
    gl.uniform2f(u.u_centre, camera.x, camera.y);
    gl.uniform2f(u.u_scale, (2 * scale) / size.width, (2 * scale) / size.height);
    gl.uniform2f(u.u_half, tile / size.width, tile / size.height);
    gl.uniform1f(u.u_side, tile * ratio);
    gl.uniform1i(u.u_loaded, loaded);
    gl.uniform3f(u.u_accent, ...theme.accent);
    gl.uniform3f(u.u_ember, ...theme.ember);
    gl.uniform3f(u.u_mute, ...theme.mute);
    gl.bindVertexArray(this.#all);
    gl.uniform1i(u.u_all, 1);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#count);
    if (this.#overCount === 0) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#overs);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.#overStyles, 0, this.#overCount * OVER_BYTES);
    gl.bindVertexArray(this.#over);
    gl.uniform1i(u.u_all, 0);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#overCount);
  }

  /** Gives the memory back. */
  dispose(): void {
    const gl = this.#gl;
    for (const texture of [this.#small, this.#large]) if (texture !== undefined) gl.deleteTexture(texture);
    for (const buffer of [this.#positions, this.#styles, this.#overs]) gl.deleteBuffer(buffer);
  }

  #attribute(
    at: number,
    buffer: WebGLBuffer,
    parts: number,
    type: number,
    stride: number,
    from: number,
  ): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, parts, type, type === gl.UNSIGNED_BYTE, stride, from);
    gl.vertexAttribDivisor(at, 1);
  }

  #texture(unit: number, { halvings }: AtlasShape, layers: number): WebGLTexture {
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, halvings + 1, gl.RGBA8, LAYER_SIDE, LAYER_SIDE, layers);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_NEAREST);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }

  /** Writes a stretch of cells of the active texture, level by level. */
  #put(shape: AtlasShape, cell: number, width: number, levels: readonly Uint8Array<ArrayBuffer>[]): void {
    const gl = this.#gl;
    const { x, y, layer } = cellPlace(shape, cell);
    for (const [level, pixels] of levels.entries()) {
      const half = 2 ** level;
      const box = [x / half, y / half, layer, width / half, shape.cell / half, 1] as const;
      gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, level, ...box, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    }
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) throw new Error('the graphics were lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  // A lost context says no to everything and is no fault of the program: it is made again when the context comes back.
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true && !gl.isContextLost())
    throw new Error(`the map's program: ${gl.getProgramInfoLog(program) ?? ''}`);
  return program;
}
