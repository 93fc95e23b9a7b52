import type { Component } from 'svelte';
import type { Result } from '../kernel/result.ts';
import type { TaskOptions } from './rpc.ts';

/** A key of a page and what it does, for the dialog that `?` opens. */
export interface KeyHelp {
  readonly key: string;
  readonly what: string;
}

export interface StoredPart {
  readonly name: string;
  readonly bytes: number;
  /** It was deleted, and can still come back. */
  readonly isTrash?: boolean;
}

/** Everything a person made in a studio, as the device page sees it. */
export interface StudioData {
  /** What is stored, by kind. */
  stored(): Promise<Result<readonly StoredPart[]>>;
  /** One file that holds everything. */
  save(options?: TaskOptions): Promise<Result<Blob>>;
  /** Adds what a saved file holds: all of it or nothing. Answers what was added, in words. */
  open(file: Blob, options?: TaskOptions): Promise<Result<string>>;
  /** Deletes everything. Answers the key with which `undoDelete` brings it back, or undefined when there is no way back. */
  deleteAll(): Promise<Result<number | undefined>>;
  undoDelete(key: number): Promise<Result<void>>;
  /** What was deleted goes for good. */
  emptyTrash(): Promise<Result<void>>;
  /** Lets go of workers and locks. */
  close(): void;
}

/** What a studio's `index.ts` offers to the shell: its only door. */
export interface StudioDoor {
  /** Also its address: `#/<id>`. */
  readonly id: string;
  readonly title: string;
  readonly tagline: string;
  /** A living picture of what it does, for the home page; decoration, and small. */
  readonly preview: () => Promise<{ default: Component }>;
  readonly keys: readonly KeyHelp[];
  /** The page, fetched when it is first opened. It draws its own `main` by `src/ui/Page.svelte`. */
  readonly load: () => Promise<{ default: Component }>;
  /** Left out by a studio that stores nothing. */
  readonly data?: () => Promise<StudioData>;
}
