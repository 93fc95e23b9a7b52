import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux counts a thread's time in these, whatever the kernel's own clock: sysconf(_SC_CLK_TCK). */
const TICKS_PER_SEC = 100;
const NONE: readonly never[] = [];

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    // A process or a thread may end while it is looked at.
    if (thrown instanceof Error && 'code' in thrown) return '';
    throw thrown;
  }
};

const numbered = (folder: string): number[] => {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown) return [];
    throw thrown;
  }
};

/** Fields of /proc/…/stat after the name, which may hold blanks: [0] is the state, [1] the parent. */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** The processes of the browser that runs on a profile; none where the system has no /proc. */
function browserProcesses(profileDir: string): readonly Process[] {
  if (!existsSync('/proc/self/stat')) return NONE;
  const all = numbered('/proc').map((pid) => ({
    pid,
    parent: Number(fieldsOf(read(`/proc/${pid}/stat`))[1] ?? '0'),
    command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '),
  }));
  const root = all.find(({ command }) => command.includes(profileDir) && !command.includes('--type='));
  if (root === undefined) return NONE;
  const found = [root];
  for (const process of found) found.push(...all.filter(({ parent }) => parent === process.pid));
  return found;
}

/** Seconds of processor time by kind of thread, since the threads began. */
export type CpuSeconds = Readonly<Record<string, number>>;

const kindOf = (command: string): string => /--type=([\w-]+)/.exec(command)?.[1] ?? 'browser';

/** What the threads of a browser have used so far, as `process kind/thread name`. */
export function cpuSeconds(profileDir: string): CpuSeconds {
  const sums: Record<string, number> = {};
  for (const { pid, command } of browserProcesses(profileDir)) {
    for (const thread of numbered(`/proc/${pid}/task`)) {
      const fields = fieldsOf(read(`/proc/${pid}/task/${thread}/stat`));
      const seconds = (Number(fields[11] ?? '0') + Number(fields[12] ?? '0')) / TICKS_PER_SEC;
      const name = read(`/proc/${pid}/task/${thread}/comm`).trim().replace(/\d+$/, '');
      const key = `${kindOf(command)}/${thread === pid ? 'main' : name}`;
      sums[key] = (sums[key] ?? 0) + seconds;
    }
  }
  return sums;
}

/** What was used between two readings, the most first; threads that ended in between are missing. */
export function cpuBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  const used = Object.entries(after)
    .map(([name, seconds]) => [name, seconds - (before[name] ?? 0)] as const)
    .filter(([, seconds]) => seconds > 0.05)
    .toSorted(([, a], [, b]) => b - a);
  return Object.fromEntries(used);
}

/** Memory of the pages and their workers, bytes: shared pages count by their share. 0 where it cannot be told. */
export function rendererBytes(profileDir: string): number {
  return browserProcesses(profileDir)
    .filter(({ command }) => kindOf(command) === 'renderer')
    .map(({ pid }) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? '0') * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);
}
