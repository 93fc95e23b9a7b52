import { SATB_RANGES } from './constraints.ts';
import type { Constraints } from './rules.ts';
import type { SamplerSettings } from './settings.ts';

/** A way of working, as offered on the page and on the command line. */
export interface Preset {
  readonly id: string;
  readonly name: string;
  readonly settings: SamplerSettings;
  readonly constraints: Constraints;
  /** Whether every note that is given is locked. */
  readonly lockNotes: boolean;
}

const CHORALE: Constraints = { voiceLeading: true, ranges: SATB_RANGES, maxNotesPerStep: 4 };

const BASE: SamplerSettings = {
  iterations: 1000,
  editsPerPass: 4,
  minStepsApart: 8,
  temperature: [{ at: 0, value: 0.7 }],
  maxAdded: 1000,
  maxRemovedShare: 0,
  coolDownEdits: 32,
  settleEdits: 0,
  seed: 7,
};

/** The presets, the default one first. */
export const PRESETS: readonly [Preset, ...Preset[]] = [
  { id: 'harmonise', name: 'Harmonise', settings: BASE, constraints: CHORALE, lockNotes: true },
  {
    // Notes outside the key are replaced by what fits, each as a whole: a limit on what goes could cut one.
    id: 'mend',
    name: 'Mend',
    settings: {
      ...BASE,
      iterations: 400,
      editsPerPass: 1,
      temperature: [{ at: 0, value: 0.5 }],
      maxAdded: 400,
      maxRemovedShare: 1,
      settleEdits: 60,
    },
    constraints: { mends: true },
    lockNotes: false,
  },
  {
    // For a region that was erased: everything around it stays.
    id: 'fill',
    name: 'Fill the gap',
    settings: { ...BASE, iterations: 400, maxAdded: 400, settleEdits: 100 },
    constraints: CHORALE,
    lockNotes: true,
  },
  {
    id: 'rework',
    name: 'Rework',
    settings: { ...BASE, maxRemovedShare: 0.5, temperature: [{ at: 0, value: 1 }] },
    constraints: { maxNotesPerStep: 4 },
    lockNotes: false,
  },
  {
    id: 'wild',
    name: 'Run wild',
    settings: { ...BASE, maxRemovedShare: 1, temperature: [{ at: 0, value: 3 }], coolDownEdits: 0 },
    constraints: {},
    lockNotes: false,
  },
  {
    id: 'anneal',
    name: 'Hot, then cold',
    settings: {
      ...BASE,
      temperature: [
        { at: 0, value: 2 },
        { at: 0.7, value: 0.5 },
        { at: 1, value: 0.3 },
      ],
    },
    constraints: CHORALE,
    lockNotes: true,
  },
];

/**
 * A preset by its id.
 *
 * @param id as on the command line, e.g. `harmonise`
 * @returns the preset, or undefined
 */
export const presetOf = (id: string): Preset | undefined => PRESETS.find((preset) => preset.id === id);

/** The original's way: one edit a pass, its budgets, nothing else. */
export const ORIGINAL: { readonly settings: SamplerSettings; readonly constraints: Constraints } = {
  settings: {
    ...BASE,
    iterations: 100,
    editsPerPass: 1,
    temperature: [{ at: 0, value: 1 }],
    coolDownEdits: 0,
  },
  constraints: {},
};
