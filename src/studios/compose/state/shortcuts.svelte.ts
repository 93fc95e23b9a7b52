const STORAGE_KEY = 'atelier-compose-letters';

/** Whether single letters do something: they play notes, and one compares versions. Speech input and slips type letters too. */
export class Shortcuts {
  #areOn = $state(kept());

  get areOn(): boolean {
    return this.#areOn;
  }
  set areOn(areOn: boolean) {
    this.#areOn = areOn;
    try {
      localStorage.setItem(STORAGE_KEY, areOn ? 'on' : 'off');
    } catch (thrown) {
      console.info('the choice holds until the page is closed', thrown);
    }
  }

  /**
   * Whether a key pressed there is a shortcut's.
   *
   * @param event of the window
   * @returns false with a modifier, and where letters are text
   */
  takes(event: KeyboardEvent): boolean {
    return this.#areOn && !event.ctrlKey && !event.metaKey && !event.altKey && !takesText(event.target);
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off';
  } catch {
    return true;
  }
}

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('dialog') !== null ||
    // Letters do nothing to a slider, a box or a choice of tools.
    target.matches('textarea, select, input:not([type=checkbox], [type=range], [type=radio])'));
