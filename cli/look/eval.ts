import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import ensureBuild from '../../scripts/ensure-build.ts';
import { openSite } from '../site/open-site.ts';
import { labelReport, readLabelIndex, type LabelReport } from './eval-labels.ts';
import { neighbourReport, type NeighbourReport } from './eval-neighbours.ts';
import { readClassFolders, readLabelled, UsageError } from './folders.ts';
import { LookPage } from './page.ts';
import { indexFolder, type IndexReport } from './run-folder.ts';

interface EvalReport {
  readonly browser: string;
  readonly indexing: IndexReport;
  readonly neighbours?: NeighbourReport;
  readonly labels?: LabelReport;
}

function readArguments(args: readonly string[]): { dir: string; labels: boolean; json: string | undefined } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        dir: { type: 'string' },
        labels: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    });
    if (values.dir === undefined)
      throw new UsageError('say which pictures: --dir DIR, a folder of class folders');
    return { dir: values.dir, labels: values.labels, json: values.json };
  } catch (thrown) {
    if (thrown instanceof TypeError) throw new UsageError(thrown.message); // an option that does not exist
    throw thrown;
  }
}

/**
 * Indexes a folder in the built site and judges what the page answers. Prints the figures.
 *
 * @param args of the command line
 * @throws UsageError when the folder is missing, empty or of another form
 */
export async function evalLook(args: readonly string[]): Promise<void> {
  const { dir, labels, json } = readArguments(args);
  const folder = labels ? readLabelled(dir) : readClassFolders(dir);
  ensureBuild();
  const site = await openSite();
  try {
    const page = new LookPage(site.page);
    await page.open(site.server.url);
    console.log(`${folder.pictures.length} pictures, Chromium ${site.version}`);
    const indexing = await indexFolder(page, folder);
    console.log(
      `indexed ${indexing.pictures} in ${indexing.seconds.toFixed(1)} s: ${indexing.perSecond.toFixed(2)} pictures a second ` +
        `(loading the network included), ${indexing.steadyPerSecond.toFixed(2)} once it was loaded`,
    );
    const report: EvalReport = {
      browser: `Chromium ${site.version}`,
      indexing,
      ...(labels
        ? { labels: await labelReport(page, readLabelIndex()) }
        : { neighbours: await neighbourReport(page) }),
    };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await site.close();
  }
}
