import type { MapTheme } from '../state/map-scene.svelte.ts';

type Rgb = MapTheme['ground'];

/** A computed colour, which browsers write as `rgb(r, g, b)`. */
function toRgb(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255);
  return [red, green, blue];
}

/** The colours of the present theme, as the style of the map's canvas has them. */
export function readTheme(canvas: HTMLCanvasElement): MapTheme {
  const style = getComputedStyle(canvas);
  return {
    ground: toRgb(style.backgroundColor),
    accent: toRgb(style.color),
    ember: toRgb(style.borderTopColor),
    mute: toRgb(style.textDecorationColor),
  };
}

/** Calls back when the system or the person chooses other colours. @returns what ends it */
export function whenThemeChanges(onchange: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(onchange);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  scheme.addEventListener('change', onchange);
  return () => {
    observer.disconnect();
    scheme.removeEventListener('change', onchange);
  };
}
