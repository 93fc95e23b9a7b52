export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'atelier-theme';

const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);

/** The person's choice of light or dark, kept in this browser. */
export class ThemeChoice {
  #theme = $state<Theme>('system');
  readonly #storage: Storage | undefined;
  readonly #root: HTMLElement;

  /**
   * @param root gets `data-theme`
   * @param storage where the choice is kept; undefined where the browser allows none
   */
  constructor(root: HTMLElement, storage: Storage | undefined) {
    this.#root = root;
    this.#storage = storage;
    const kept = storage?.getItem(KEY) ?? null;
    this.choose(isTheme(kept) ? kept : 'system');
  }

  get theme(): Theme {
    return this.#theme;
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    this.#root.dataset.theme = theme;
    this.#storage?.setItem(KEY, theme);
  }
}

/** The browser's store of small strings, or undefined where cookies and site data are blocked. */
export function localStorageOrNone(): Storage | undefined {
  try {
    return window.localStorage;
  } catch (cause) {
    // Reading the property throws a SecurityError when site data is blocked: the choice then lasts until the tab closes.
    if (cause instanceof DOMException && cause.name === 'SecurityError') return undefined;
    throw cause;
  }
}
