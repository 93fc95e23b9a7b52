import { quantile } from '../../src/kernel/metrics.ts';
import { DEFAULT_TRIGGER, Trigger } from '../../src/studios/doorbell/engine/trigger.ts';
import { row, type Row } from '../look/row.ts';
import { computeDay, type Day, type Happening } from './day.ts';

const DAYS = 7;
/** Greeting, twenty seconds of recording, and the words: as long as a visit takes. */
const VISIT_SEC = 30;

/** When a visitor was announced, seconds. */
type Announcer = (day: Day) => number[];

const ours: Announcer = ({ distancesCm, rateHz }) => {
  const trigger = new Trigger(DEFAULT_TRIGGER);
  const times: number[] = [];
  let endSec = Infinity;
  distancesCm.forEach((distanceCm, sample) => {
    const second = sample / rateHz;
    const atMs = 1000 * second;
    if (second >= endSec) {
      trigger.visitEnded(atMs);
      endSec = Infinity;
    }
    const minuteOfDay = Math.floor(second / 60);
    if (!trigger.push({ atMs, minuteOfDay, distanceCm }).fired) return;
    times.push(second);
    endSec = second + VISIT_SEC;
  });
  return times;
};

/** The article's: a single reading between 30 and 200 cm is a visitor. */
const article: Announcer = ({ distancesCm, rateHz }) => {
  const times: number[] = [];
  let freeSec = 0;
  distancesCm.forEach((cm, sample) => {
    const second = sample / rateHz;
    if (second < freeSec || cm === undefined || cm < 30 || cm > 200) return;
    times.push(second);
    freeSec = second + VISIT_SEC;
  });
  return times;
};

interface Judged {
  readonly visitors: readonly Happening[];
  readonly met: readonly Happening[];
  readonly announced: number;
  /** Of those that were of a visitor announced before, who had left and returned: right or wrong as one sees it. */
  readonly again: number;
  /** Of those that were no visitor's, by what happened then; `nothing` else. */
  readonly wrong: Readonly<Record<string, number>>;
  /** From coming into sight to being announced. */
  readonly waitsSec: readonly number[];
}

const covers = (second: number, { startSec, endSec }: Happening): boolean =>
  second >= startSec && second <= endSec;

/** A visitor is met by one announcement while he is there; a second one for the same visitor is wrong. */
function judge(day: Day, times: readonly number[]): Judged {
  const visitors = day.happenings.filter(({ kind }) => kind === 'visitor');
  const others = day.happenings.filter(({ kind }) => kind !== 'visitor');
  const met = new Set<Happening>();
  const wrong: Record<string, number> = {};
  const waitsSec: number[] = [];
  let again = 0;
  for (const second of times) {
    const visitor = visitors.find((each) => covers(second, each));
    if (visitor !== undefined && !met.has(visitor)) {
      met.add(visitor);
      waitsSec.push(second - visitor.startSec);
      continue;
    }
    if (visitor?.close === 'returns') {
      again += 1;
      continue;
    }
    const kind =
      visitor !== undefined
        ? 'the same visitor'
        : (others.find((each) => covers(second, each))?.kind ?? 'nothing');
    wrong[kind] = (wrong[kind] ?? 0) + 1;
  }
  return { visitors, met: [...met], announced: times.length, again, wrong, waitsSec };
}

function together(all: readonly Judged[]): Judged {
  const sum = (of: (each: Judged) => number): number => all.reduce((total, each) => total + of(each), 0);
  const wrong: Record<string, number> = {};
  for (const each of all)
    for (const [kind, count] of Object.entries(each.wrong)) wrong[kind] = (wrong[kind] ?? 0) + count;
  return {
    visitors: all.flatMap(({ visitors }) => visitors),
    met: all.flatMap(({ met }) => met),
    announced: sum(({ announced }) => announced),
    again: sum(({ again }) => again),
    wrong,
    waitsSec: all.flatMap(({ waitsSec }) => waitsSec),
  };
}

/** Share of visitors that were announced, of those who came by themselves, soon after another one, or twice. */
function recall({ visitors, met }: Judged, close?: Happening['close'] | 'anyone'): number {
  const of = (all: readonly Happening[]): number =>
    all.filter((each) => close === 'anyone' || each.close === close).length;
  return of(met) / of(visitors);
}

/** Rows about who is announced, in days of readings with known visitors, beside the article's rule on the same readings. */
export function visitRows(): Row[] {
  const days = Array.from({ length: DAYS }, (_, seed) => computeDay(seed + 1));
  const [we, they] = [ours, article].map((announcer) =>
    together(days.map((day) => judge(day, announcer(day)))),
  );
  if (we === undefined || they === undefined) throw new Error('nothing was judged');
  const readings = days.reduce((sum, { distancesCm }) => sum + distancesCm.length, 0);
  const wrongs = Object.fromEntries(
    Object.entries(we.wrong).map(([kind, count]) => [`wrong, ${kind}`, count]),
  );
  return [
    row({
      id: 'visit-precision',
      what: 'announced visitors that were some, precision',
      value: we.met.length / (we.announced - we.again),
      unit: '',
      must: { atLeast: 0.95 },
      beside: {
        announced: we.announced,
        readings,
        ...wrongs,
        'announced again when they returned': we.again,
        'precision if that is wrong': we.met.length / we.announced,
        'the article’s rule': they.met.length / (they.announced - they.again),
      },
    }),
    row({
      id: 'visit-recall',
      what: 'visitors that were announced, recall',
      value: recall(we, 'anyone'),
      unit: '',
      must: { atLeast: 0.95 },
      beside: {
        visitors: we.visitors.length,
        'by themselves': recall(we),
        '20 to 60 s after another one': recall(we, 'second'),
        'who left and returned': recall(we, 'returns'),
        'the article’s rule': recall(they, 'anyone'),
      },
    }),
    row({
      id: 'visit-wait',
      what: 'from coming into sight to being announced, p95',
      value: quantile(we.waitsSec, 0.95),
      unit: 's',
      must: { atMost: 8 },
      beside: { 'p50, s': quantile(we.waitsSec, 0.5) },
    }),
  ];
}
