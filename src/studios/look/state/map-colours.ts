/** Colours of groups, told apart on paper and on black, also by most people who see colours otherwise. */
const HEX = [
  ...['#3b82c4', '#e8833a', '#3fa66b', '#d1495b', '#8f6fc9', '#a3763f'],
  ...['#e377b0', '#7c8a99', '#b5b23a', '#2fb3bd', '#5b5bd6', '#c9a0dc'],
];

/** Of a group, by its number. */
export const MAP_COLOURS = HEX.map((hex) => ({
  hex,
  rgb: [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)),
}));
