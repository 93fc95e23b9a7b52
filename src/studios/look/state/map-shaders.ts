/** What marks a picture, one bit each; the same numbers stand in the shaders. */
export const MARK = { coloured: 1, selected: 2, hit: 4, current: 8 } as const;

/** One square an instance: in the first pass its row is its cell, in the second the cell comes with it. */
export const VERTEX = `#version 300 es
precision highp float;
layout(location = 0) in vec2 a_position;
layout(location = 1) in vec4 a_style;
layout(location = 2) in float a_cell;
uniform vec2 u_centre;
uniform vec2 u_scale;
uniform vec2 u_half;
uniform float u_side;
uniform int u_all;
uniform int u_loaded;
out vec2 v_uv;
flat out vec3 v_colour;
flat out int v_marks;
flat out int v_cell;
flat out int v_atlas;
flat out float v_side;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  v_marks = int(a_style.a * 255.0 + 0.5);
  float grown = (v_marks & 8) != 0 ? 1.3 : 1.0;
  v_side = u_side * grown;
  vec2 at = (a_position - u_centre) * u_scale + (corner * 2.0 - 1.0) * u_half * grown;
  gl_Position = vec4(at.x, -at.y, 0.0, 1.0);
  v_uv = corner;
  v_colour = a_style.rgb;
  int cell = u_all == 1 ? gl_InstanceID : int(a_cell);
  bool isLarge = u_all == 0 && cell >= 0;
  if (u_all == 0 && cell < 0) cell = -1 - cell;
  v_cell = cell;
  v_atlas = isLarge ? 2 : (cell < u_loaded ? 1 : 0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2DArray;
uniform sampler2DArray u_small;
uniform sampler2DArray u_large;
uniform vec3 u_accent;
uniform vec3 u_ember;
uniform vec3 u_mute;
in vec2 v_uv;
flat in vec3 v_colour;
flat in int v_marks;
flat in int v_cell;
flat in int v_atlas;
flat in float v_side;
out vec4 colour;

const float LAYER = 2048.0;

// A cell, at the level that is nearest to its size on the screen, never reading beyond its rim.
vec4 picture(sampler2DArray atlas, float side, float levels) {
  float level = clamp(floor(log2(side / v_side) + 0.5), 0.0, levels);
  float rim = 0.5 * exp2(level) / side;
  int across = int(LAYER / side);
  int inLayer = v_cell % (across * across);
  vec2 corner = vec2(inLayer % across, inLayer / across);
  vec2 uv = (corner + clamp(v_uv, rim, 1.0 - rim)) * side / LAYER;
  return textureLod(atlas, vec3(uv, v_cell / (across * across)), level);
}

void main() {
  bool isColoured = (v_marks & 1) != 0;
  vec3 seen = isColoured ? v_colour : u_mute;
  if (v_atlas == 1) { vec4 texel = picture(u_small, 32.0, 3.0); seen = mix(seen, texel.rgb, texel.a); }
  if (v_atlas == 2) { vec4 texel = picture(u_large, 128.0, 2.0); seen = mix(seen, texel.rgb, texel.a); }
  // A rim would cover a picture of a few pixels: there the colour goes over all of it.
  if (isColoured) seen = mix(seen, v_colour, clamp((22.0 - v_side) / 16.0, 0.0, 0.75));
  vec2 inside = min(v_uv, 1.0 - v_uv) * v_side;
  float edge = min(inside.x, inside.y);
  float rim = clamp(v_side * 0.07, 1.5, 6.0);
  if ((v_marks & 14) != 0 && edge < rim) seen = (v_marks & 4) != 0 ? u_ember : u_accent;
  else if (isColoured && edge < rim) seen = v_colour;
  colour = vec4(seen, 1.0);
}`;
