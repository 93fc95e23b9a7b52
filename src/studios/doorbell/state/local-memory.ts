import { saneTrigger, type TriggerSettings } from '../engine/trigger.ts';

/** What stands in `localStorage`, where a tab reads it before anything else: the trigger's settings and the sensor. */
const TRIGGER = 'atelier-doorbell-trigger';
const KEYS = [TRIGGER, 'atelier-doorbell-link'] as const;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A browser may keep nothing for this site; then there is nothing. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof DOMException || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/** What a person has set; undefined where nothing was, or it cannot be read. */
export function keptTrigger(): TriggerSettings | undefined {
  const value = attempt((): unknown => JSON.parse(localStorage.getItem(TRIGGER) ?? 'null'));
  return isObject(value) ? saneTrigger(value) : undefined;
}

/** Keeps what a person has set, of anything that has some of it. */
export function keepTrigger(settings: Partial<TriggerSettings>): void {
  attempt(() => localStorage.setItem(TRIGGER, JSON.stringify(saneTrigger(settings))));
}

/** Calls back when another tab has changed it. @returns ends that */
export function onTriggerChanged(listener: () => void): () => void {
  const take = ({ key }: StorageEvent): void => {
    // Null: everything was deleted.
    if (key === TRIGGER || key === null) listener();
  };
  addEventListener('storage', take);
  return () => removeEventListener('storage', take);
}

/** Everything that stands there, by its key. */
export function localMemory(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    KEYS.flatMap((key) => {
      const value = attempt(() => localStorage.getItem(key)) ?? null;
      return value === null ? [] : [[key, value] as const];
    }),
  );
}

export function forgetLocalMemory(): void {
  attempt(() => {
    for (const key of KEYS) localStorage.removeItem(key);
  });
}

/** Brings back what `localMemory` gave; what was set since stays. */
export function recallLocalMemory(memory: Readonly<Record<string, string>>): void {
  attempt(() => {
    for (const key of KEYS) {
      const value = memory[key];
      if (value !== undefined && localStorage.getItem(key) === null) localStorage.setItem(key, value);
    }
  });
}
