import { recallAtK } from '../../src/kernel/metrics.ts';
import type { Answer, Listed } from './in-page.ts';
import type { LookPage } from './page.ts';
import { classOf, precisions, type Figures } from './precision.ts';

const K = 10;
const GRAPH_LIMIT_MS = 300_000;

export interface EngineReport {
  readonly figures: Figures;
  readonly classes: Record<string, Figures>;
  /** Engines that answered, and how many questions: the exact one helps out while the graph is not there. */
  readonly answeredBy: Record<string, number>;
  readonly questionsPerSecond: number;
}

export interface NeighbourReport {
  readonly exact: EngineReport;
  readonly graph: EngineReport;
  /** Share of the exact engine's answers that the graph gives too. */
  readonly recall10: number;
  readonly indexQuality: string;
}

const show = (name: string, { pictures, p1, p5, map10 }: Figures): string =>
  `${name.padEnd(14)} ${String(pictures).padStart(6)}   ${[p1, p5, map10].map((figure) => figure.toFixed(4)).join('   ')}`;

function judge(answers: readonly Answer[], pictures: readonly Listed[], seconds: number): EngineReport {
  const classes = new Map(pictures.map(({ id, name }) => [id, classOf(name)]));
  const judged = answers.map(({ query, hits }) => {
    if (hits.some(({ id }) => id === query)) throw new Error(`picture ${query} is in its own results`);
    return { ofClass: classes.get(query) ?? '', answers: hits.map(({ name }) => classOf(name)) };
  });
  const answeredBy: Record<string, number> = {};
  for (const { engine } of answers) answeredBy[engine] = (answeredBy[engine] ?? 0) + 1;
  const { all, classes: byClass } = precisions(judged);
  return { figures: all, classes: byClass, answeredBy, questionsPerSecond: answers.length / seconds };
}

/** Every picture is the query once, with the exact engine and with the graph: leave-one-out precision of both. */
export async function neighbourReport(page: LookPage): Promise<NeighbourReport> {
  const pictures = await page.pictures();
  const ids = pictures.map(({ id }) => id);
  await page.clickFirst();

  const askAll = async (engine: 'Exact' | 'Graph (HNSW)'): Promise<[EngineReport, Answer[]]> => {
    await page.choose(engine, K);
    if (engine !== 'Exact') await page.graphReady(GRAPH_LIMIT_MS);
    const started = performance.now();
    const answers = await page.ask(ids, { labels: false });
    return [judge(answers, pictures, (performance.now() - started) / 1000), answers];
  };
  const [exact, truth] = await askAll('Exact');
  console.log(`asked ${ids.length} times, ${exact.questionsPerSecond.toFixed(0)} a second\n`);
  console.log(`class          pictures   P@1      P@5      mAP@10`);
  for (const [name, figures] of Object.entries(exact.classes)) console.log(show(name, figures));
  console.log(show('all', exact.figures));

  const [graph, found] = await askAll('Graph (HNSW)');
  const recalls = found.map(({ hits }, at) =>
    recallAtK(
      hits.map(({ id }) => Number(id)),
      (truth[at]?.hits ?? []).map(({ id }) => Number(id)),
    ),
  );
  const recall10 = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
  console.log(show('by the graph', graph.figures));
  console.log(`recall@${K} of the graph ${recall10.toFixed(4)}`);
  return { exact, graph, recall10, indexQuality: await page.graphReady(GRAPH_LIMIT_MS) };
}
