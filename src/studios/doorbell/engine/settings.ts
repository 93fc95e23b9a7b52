import { saneRelay, type RelaySettings } from './relay.ts';
import type { HideBy } from './words-to-hide.ts';

/** Ways to turn sound into words, in the order in which they may be tried. */
export const ENGINE_IDS = ['on-device', 'vendor', 'network', 'phrases'] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

/** How a person wants the doorbell. */
export interface DoorbellSettings {
  /** By language (BCP 47): what is said to visitors. */
  readonly greetings: Readonly<Record<string, string>>;
  /** Name of the browser's voice; empty: the first one of the language. */
  readonly voice: string;
  /** BCP 47. */
  readonly language: string;
  readonly recordSec: number;
  /** A visitor who is silent for a while has said all. */
  readonly endsOnSilence: boolean;
  /** Whoever speaks at the microphone is a visitor. */
  readonly hearsVoice: boolean;
  /** Whoever moves before the camera is a visitor. */
  readonly seesMovement: boolean;
  /** How much of the picture must change for that, per cent. */
  readonly movementPercent: number;
  readonly wordsToKnow: string;
  /** Words that sound like a name of `wordsToKnow` become it. */
  readonly correctsNames: boolean;
  readonly wordsToHide: string;
  readonly hideBy: HideBy;
  /** Engines in their order. */
  readonly engines: readonly EngineId[];
  /** The speech network to take where several hear the language, by its id; empty: the first. */
  readonly network: string;
  /** Those that are not tried. */
  readonly enginesOff: readonly EngineId[];
  /** Undefined: not asked yet. */
  readonly allowsSending: boolean | undefined;
  readonly notifies: boolean;
  readonly rings: boolean;
  /** What was said is read out here. */
  readonly readsOut: boolean;
  readonly relay: RelaySettings;
  /** The target that messages may be sent to, as `relayTarget` names it; empty for none. */
  readonly relayAllowed: string;
  /** A mail address or a telephone number, for links; empty for none. */
  readonly handOverTo: string;
  /** What messages may take, MB; 0: as much as there is. */
  readonly keepMb: number;
}

export const RECORD_SEC = { least: 3, most: 120 } as const;
export const MOVEMENT_PERCENT = { least: 0.2, most: 50 } as const;
const MAX_TEXT = 20_000;
const MOST_MB = 1_000_000;

const GREETINGS: Readonly<Record<string, string>> = {
  en: 'Hello! Nobody can come to the door. Please say who you are and what it is about.',
  de: 'Hallo! Gerade kann niemand an die Tür kommen. Bitte sagen Sie, wer Sie sind und worum es geht.',
  fr: 'Bonjour ! Personne ne peut venir à la porte. Dites-nous qui vous êtes et de quoi il s’agit.',
  es: '¡Hola! Nadie puede acudir a la puerta. Diga quién es y de qué se trata, por favor.',
  it: 'Buongiorno! Nessuno può venire alla porta. Dica per favore chi è e di che cosa si tratta.',
  nl: 'Hallo! Er kan niemand naar de deur komen. Zeg alstublieft wie u bent en waar het om gaat.',
  pt: 'Olá! Ninguém pode ir à porta. Diga quem é e do que se trata, por favor.',
};

/**
 * What is said to visitors in a language.
 *
 * @param settings the person's own greetings
 * @param language BCP 47
 * @returns theirs, else one that comes with the page; English where there is none
 */
export function greetingOf({ greetings }: DoorbellSettings, language: string): string {
  return greetings[language] ?? GREETINGS[language.split('-')[0] ?? ''] ?? GREETINGS.en ?? '';
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : '');
const flag = (value: unknown, otherwise: boolean): boolean =>
  typeof value === 'boolean' ? value : otherwise;
const within = (value: unknown, least: number, most: number, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise;
const isEngine = (value: unknown): value is EngineId => ENGINE_IDS.some((id) => id === value);

// The person's order; an engine that is newer than it comes behind the one that it usually follows.
function enginesOf(value: unknown): EngineId[] {
  const order = [...new Set(Array.isArray(value) ? value.filter(isEngine) : [])];
  ENGINE_IDS.forEach((id, i) => {
    const before = ENGINE_IDS[i - 1];
    if (!order.includes(id)) order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
  });
  return order;
}

/**
 * Makes settings of anything that has some of them.
 *
 * @param wanted what was typed, stored or read from a file
 * @param language taken when there is none in it, BCP 47
 * @returns settings, each within its range
 */
export function saneSettings(wanted: unknown, language: string): DoorbellSettings {
  const has = isObject(wanted) ? wanted : {};
  const greetings = isObject(has.greetings) ? has.greetings : {};
  const keepMb = typeof has.keepMb === 'number' ? has.keepMb : 0;
  const seconds = typeof has.recordSec === 'number' && Number.isFinite(has.recordSec) ? has.recordSec : 20;
  return {
    greetings: Object.fromEntries(
      Object.entries(greetings)
        .filter(([key]) => /^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(key))
        .map(([key, value]) => [key, text(value)]),
    ),
    voice: text(has.voice),
    language: text(has.language) || language,
    recordSec: Math.round(Math.min(RECORD_SEC.most, Math.max(RECORD_SEC.least, seconds))),
    endsOnSilence: flag(has.endsOnSilence, false),
    hearsVoice: flag(has.hearsVoice, false),
    seesMovement: flag(has.seesMovement, false),
    movementPercent: within(has.movementPercent, MOVEMENT_PERCENT.least, MOVEMENT_PERCENT.most, 2),
    wordsToKnow: text(has.wordsToKnow),
    correctsNames: flag(has.correctsNames, true),
    wordsToHide: text(has.wordsToHide),
    hideBy: has.hideBy === 'remove' || has.hideBy === 'tag' ? has.hideBy : 'mask',
    engines: enginesOf(has.engines),
    network: text(has.network),
    enginesOff: Array.isArray(has.enginesOff)
      ? ENGINE_IDS.filter((id) => (has.enginesOff as unknown[]).includes(id))
      : [],
    allowsSending: typeof has.allowsSending === 'boolean' ? has.allowsSending : undefined,
    notifies: flag(has.notifies, false),
    rings: flag(has.rings, true),
    readsOut: flag(has.readsOut, false),
    relay: saneRelay(has.relay),
    relayAllowed: text(has.relayAllowed),
    handOverTo: text(has.handOverTo),
    keepMb: Number.isFinite(keepMb) ? Math.min(MOST_MB, Math.max(0, keepMb)) : 0,
  };
}
