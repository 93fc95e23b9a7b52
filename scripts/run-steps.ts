import { spawnSync } from 'node:child_process';

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/**
 * Runs commands one after the other, prints each one's time, and ends the process with 1 if any failed.
 *
 * @param steps what to run
 * @param options `keepGoing`: run the rest after a failure; `env`: more variables
 */
export function runSteps(
  steps: readonly Step[],
  options: { keepGoing: boolean; env?: Record<string, string> },
): void {
  const failed: string[] = [];
  let passed = 0;
  for (const step of steps) {
    const started = performance.now();
    const [command, ...args] = step.command;
    const { status } = spawnSync(command, args, {
      stdio: 'inherit',
      env: { ...process.env, ...options.env },
      shell: process.platform === 'win32',
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${step.name}  ${seconds} s`);
    if (status === 0) passed += 1;
    else failed.push(step.name);
    if (status !== 0 && !options.keepGoing) break;
  }
  console.log(`steps: ${passed} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exit(1);
}
