import type { RollColors } from './draw.ts';

const NAMES = ['paper', 'sunken', 'line', 'strong', 'person', 'network', 'selected'] as const;

/** Colours as the canvas understands them: light-dark() is resolved only where a colour is used. */
export function colorsOf(element: Element): RollColors {
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
