import { followColors } from '../../../ui/theme-colors.ts';
import type { MapTheme } from '../state/map-scene.svelte.ts';

/** A computed colour, which browsers write as `rgb(r, g, b)`. */
function toRgb(colour: string): MapTheme['ground'] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255);
  return [red, green, blue];
}

/**
 * Follows the theme's colours, as numbers for WebGL.
 *
 * @param element where the map stands
 * @param onchange hears them, now and whenever the theme changes
 * @returns an end to it
 */
export const followTheme = (element: Element, onchange: (theme: MapTheme) => void): (() => void) =>
  followColors(element, ['--sunken', '--accent', '--ember', '--line-strong'], (colors) =>
    onchange({
      ground: toRgb(colors['--sunken']),
      accent: toRgb(colors['--accent']),
      ember: toRgb(colors['--ember']),
      mute: toRgb(colors['--line-strong']),
    }),
  );
