import type { RollColors } from './draw.ts';

const NAMES = ['paper', 'sunken', 'line', 'strong', 'person', 'network', 'selected'] as const;

/**
 * Follows the theme's colours.
 *
 * @param element where the roll stands
 * @param onchange hears the colours, now and whenever the theme changes
 * @returns an end to it
 */
export function followColors(element: Element, onchange: (colors: RollColors) => void): () => void {
  const refresh = (): void => onchange(colorsOf(element));
  refresh();
  const observer = new MutationObserver(refresh);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', refresh);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', refresh);
  };
}

/** Colours as the canvas understands them: light-dark() is resolved only where a colour is used. */
function colorsOf(element: Element): RollColors {
  const probe = element.appendChild(document.createElement('span'));
  // Reduced motion gives everything a transition of next to nothing, at whose start a colour is still the one before.
  probe.style.setProperty('transition', 'none', 'important');
  const read = (name: (typeof NAMES)[number]): string => {
    probe.style.color = `var(--roll-${name})`;
    return getComputedStyle(probe).color;
  };
  const [paper = '', sunken = '', line = '', strong = '', person = '', network = '', selected = ''] =
    NAMES.map(read);
  probe.remove();
  return { paper, sunken, line, strong, person, network, selected };
}
