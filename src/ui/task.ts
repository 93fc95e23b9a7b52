import type { Progress } from '../kernel/progress.ts';
import type { StudioError } from '../kernel/result.ts';

/** A piece of work as `TaskStatus` draws it. */
export type TaskView =
  | { readonly kind: 'idle'; readonly text: string }
  | {
      readonly kind: 'running';
      /** What goes on, said once to screen readers; the figures stay out of the live region. */
      readonly text: string;
      /** Accessible name of the bar, e.g. `Indexing`. */
      readonly name: string;
      readonly progress: Progress;
      readonly rate?: number | undefined;
      readonly secondsLeft?: number | undefined;
      readonly onstop?: (() => void) | undefined;
    }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'cancelled'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: StudioError; readonly onretry?: (() => void) | undefined };
