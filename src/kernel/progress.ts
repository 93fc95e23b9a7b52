/** How far a long task is. `total` 0 means: not known yet. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit:
    'bytes' | 'pictures' | 'vectors' | 'queries' | 'edits' | 'messages' | 'seconds' | 'pairs' | 'percent';
}

export type OnProgress = (progress: Progress) => void;
