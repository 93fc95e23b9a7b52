/**
 * Follows the theme's colours, for what is drawn on a canvas.
 *
 * @param element where the colours hold; it can have children
 * @param names of custom properties of CSS that are colours, e.g. `--accent`
 * @param onchange hears them as browsers compute them (`rgb(…)` unless they are mixed), now and whenever the system or the person
 *   chooses another theme
 * @returns an end to it
 */
export function followColors<Name extends `--${string}`>(
  element: Element,
  names: readonly Name[],
  onchange: (colors: Readonly<Record<Name, string>>) => void,
): () => void {
  let frame = 0;
  const read = (): void => onchange(colorsOf(element, names));
  const refresh = (): void => {
    read();
    // Chromium may tell of the system's change before `light-dark()` has followed it.
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(read);
  };
  read();
  const observer = new MutationObserver(refresh);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', refresh);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    dark.removeEventListener('change', refresh);
  };
}

/** `light-dark()` is resolved only where a colour is used. */
function colorsOf<Name extends `--${string}`>(
  element: Element,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const probe = element.appendChild(document.createElement('span'));
  // Reduced motion gives everything a transition of next to nothing, at whose start a colour is still the one before.
  probe.style.setProperty('transition', 'none', 'important');
  const colors = {} as Record<Name, string>;
  for (const name of names) {
    probe.style.color = `var(${name})`;
    colors[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colors;
}
