import { createContext } from 'svelte';

export interface Toast {
  readonly id: number;
  readonly text: string;
  /** Takes back what the text announces. */
  readonly undo?: (() => void) | undefined;
}

/** Short messages at the foot of the page. One with `undo` stays until it is used, dismissed or pushed out. */
export class Toasts {
  #list = $state.raw<readonly Toast[]>([]);
  #lastId = 0;
  readonly #limit = 3;

  get list(): readonly Toast[] {
    return this.#list;
  }

  /** @returns its id, to dismiss it when the undo cannot be had any more */
  show(text: string, undo?: () => void): number {
    this.#lastId += 1;
    this.#list = [...this.#list, { id: this.#lastId, text, undo }].slice(-this.#limit);
    return this.#lastId;
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}

export const [getToasts, setToasts] = createContext<Toasts>();
