export interface StorageRoom {
  /** Bytes of this origin, as the browser estimates them. */
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** Whether the browser promised not to clear it under pressure. */
  readonly persistent: boolean;
}

// Browsers leave `navigator.storage` out on insecure origins, which the DOM's types do not say.
const manager = (): StorageManager | undefined => navigator.storage;

/** How much room this origin has; undefined where the browser does not tell (insecure origins). */
export async function storageRoom(): Promise<StorageRoom | undefined> {
  const storage = manager();
  if (storage === undefined) return undefined;
  const [{ usage = 0, quota = 0 }, persistent] = await Promise.all([storage.estimate(), storage.persisted()]);
  return { usedBytes: usage, quotaBytes: quota, persistent };
}

/** Asks the browser never to clear this origin under pressure. Only a page may ask, not a worker. */
export async function askToPersist(): Promise<boolean> {
  return (await manager()?.persist()) ?? false;
}
