/** `npm run compose -- --in a.mid --out b.mid`: the sampler of Compose in Node, the same engine and weights as in the tab. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMidi, writeMidi } from '../src/platform/midi-file.ts';
import { measure } from '../src/studios/compose/engine/metrics.ts';
import { readArguments, type ComposeArguments } from './compose/arguments.ts';
import { composeScore } from './compose/compose-file.ts';
import { loadNetwork, type NodeNetwork } from './compose/network.ts';
import { UsageError } from './look/folders.ts';

interface Job {
  readonly from: string;
  readonly to: string;
}

function jobsOf({ inPath, outPath, isFolder }: ComposeArguments): Job[] {
  if (!existsSync(inPath)) throw new UsageError(`there is no ${isFolder ? 'folder' : 'file'} ${inPath}`);
  if (statSync(inPath).isDirectory() !== isFolder)
    throw new UsageError(
      isFolder ? `${inPath} is a file: --in takes it` : `${inPath} is a folder: --dir takes it`,
    );
  if (!isFolder) return [{ from: inPath, to: outPath }];
  const files = readdirSync(inPath)
    .filter((file) => /\.midi?$/i.test(file))
    .toSorted();
  if (files.length === 0) throw new UsageError(`there is no .mid file in ${inPath}`);
  return files.map((file) => ({ from: join(inPath, file), to: join(outPath, file) }));
}

/** Nothing is written unless everything about the file went well. */
async function run(
  { from, to }: Job,
  { preset, json }: ComposeArguments,
  network: NodeNetwork,
): Promise<boolean> {
  const score = readMidi(new Uint8Array(readFileSync(from)), from);
  if (!score.ok) {
    console.error(`${score.error.message} ${score.error.hint}`);
    return false;
  }
  const started = performance.now();
  const { roll, parts, counts } = await composeScore(score.value, preset, network);
  const seconds = (performance.now() - started) / 1000;
  writeFileSync(to, writeMidi(parts, score.value));
  if (json)
    console.log(
      JSON.stringify({ in: from, out: to, preset: preset.id, seconds, ...counts, metrics: measure([roll]) }),
    );
  else
    console.log(
      `${to}: ${counts.notes} notes, ${counts.cellsAdded} cells added, ${counts.cellsRemoved} removed, ` +
        `${counts.edits} edits in ${counts.passes} passes, ${seconds.toFixed(1)} s`,
    );
  return true;
}

try {
  const asked = readArguments(process.argv.slice(2));
  const jobs = jobsOf(asked);
  const network = await loadNetwork();
  if (asked.isFolder) mkdirSync(asked.outPath, { recursive: true });
  for (const job of jobs) if (!(await run(job, asked, network))) process.exitCode = 2;
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 2;
}
