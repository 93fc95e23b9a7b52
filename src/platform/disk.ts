/** How much this site stores in the browser, and whether the browser may throw it away. */
export interface Disk {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** Whether the browser promised not to delete it when the disk fills up. */
  readonly isKept: boolean;
}

/** Undefined where the browser does not tell: on insecure origins. */
export async function disk(): Promise<Disk | undefined> {
  if (!('storage' in navigator)) return undefined;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { usedBytes: usage, quotaBytes: quota, isKept: await navigator.storage.persisted() };
}

/** Asks the browser to keep what is stored; some ask the person, some decide by themselves. */
export const askToKeep = (): Promise<boolean> => navigator.storage.persist();
