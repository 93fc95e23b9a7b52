import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The step whose result it needs. */
  readonly after?: string;
}

interface Options {
  /** Run the rest after a failure. */
  readonly keepGoing: boolean;
  /** Run as many at once as there are processors; what each prints is shown when it has ended. */
  readonly atOnce?: boolean;
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command and prints its time. @returns whether it succeeded */
async function runStep({ name, command: [program, ...args] }: Step, options: Options): Promise<boolean> {
  const started = performance.now();
  const output: Buffer[] = [];
  const status = await new Promise<number | null>((resolve) => {
    const child = spawn(program, args, {
      stdio: options.atOnce === true ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...options.env },
      shell: process.platform === 'win32',
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', (cause) => {
      console.error(cause.message);
      resolve(null);
    });
    child.once('close', resolve);
  });
  process.stdout.write(Buffer.concat(output));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds} s`);
  return status === 0;
}

/**
 * Runs commands, prints each one's time, and ends the process with 1 if any failed.
 *
 * @param steps what to run, in this order
 * @param options how
 */
export async function runSteps(steps: readonly Step[], options: Options): Promise<void> {
  const results = new Map<string, Promise<boolean>>();
  const waiting = [...steps];
  let isStopped = false;
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined && !isStopped; step = waiting.shift()) {
      await results.get(step.after ?? '');
      const result = runStep(step, options);
      results.set(step.name, result);
      if (!(await result) && !options.keepGoing) isStopped = true;
    }
  };
  await Promise.all(Array.from({ length: options.atOnce === true ? availableParallelism() : 1 }, work));
  const passed = (await Promise.all(results.values())).filter(Boolean).length;
  const failed = results.size - passed;
  console.log(`steps: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exit(1);
}
