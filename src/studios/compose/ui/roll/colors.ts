import { followColors as followTheme } from '../../../../ui/theme-colors.ts';
import type { RollColors } from './draw.ts';

/**
 * Follows the theme's colours.
 *
 * @param element where the roll stands
 * @param onchange hears the colours, now and whenever the theme changes
 * @returns an end to it
 */
export const followColors = (element: Element, onchange: (colors: RollColors) => void): (() => void) =>
  followTheme(
    element,
    [
      '--roll-paper',
      '--roll-sunken',
      '--roll-line',
      '--roll-strong',
      '--roll-person',
      '--roll-network',
      '--roll-selected',
    ],
    (colors) =>
      onchange({
        paper: colors['--roll-paper'],
        sunken: colors['--roll-sunken'],
        line: colors['--roll-line'],
        strong: colors['--roll-strong'],
        person: colors['--roll-person'],
        network: colors['--roll-network'],
        selected: colors['--roll-selected'],
      }),
  );
