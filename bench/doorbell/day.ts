/**
 * Days before a door as an ultrasonic sensor would measure them, with what really happened. The curves are computed, not
 * recorded: how people, cats, rain and parcels look to the sensor is stated here, number by number. No recording of such a
 * sensor at a door was to be had; what is found here holds as far as these numbers do.
 */
import { mulberry32, normal, type Rng } from '../../src/kernel/rng.ts';

/** What happens before the door, and when. */
export interface Happening {
  readonly kind: 'visitor' | 'passer-by' | 'cat' | 'rain' | 'car';
  readonly startSec: number;
  /** Of somebody who leaves and returns at once: when they left for good. */
  readonly endSec: number;
  /** Soon after another visitor has left, or leaving and returning; undefined: by themselves. */
  readonly close?: 'second' | 'returns';
}

export interface Day {
  /** Of the sensor, hertz. */
  readonly rateHz: number;
  /** One a sample; undefined: no echo. */
  readonly distancesCm: readonly (number | undefined)[];
  readonly happenings: readonly Happening[];
}

/** As often as `public/pi/atelier_doorbell.py` measures unless it is asked otherwise. */
const RATE_HZ = 10;
const DAY_SEC = 86_400;
const MORNING_SEC = 6 * 3600;
const EVENING_SEC = 22 * 3600;
/** Between what happens, so that each has its own moment; two visitors in a row take so long at most. */
const APART_SEC = 270;

const COUNTS = {
  visitor: 40,
  'passer-by': 80,
  cat: 30,
  car: 20,
  'two visitors': 10,
  'who returns': 10,
} as const;
/** From one visitor's leaving to the next one's coming, and from leaving to coming back for what was forgotten. */
const NEXT_AFTER_SEC = [20, 60] as const;
const BACK_AFTER_SEC = [3, 15] as const;
const SHOWERS = 4;

/** Readings of a hard surface waver by so much, cm. */
const NOISE_CM = 0.6;
/** Echoes that are lost, of a wall and of a coat. */
const LOST = 0.02;
const LOST_BY_COAT = 0.15;
/** Echoes of something else altogether: a second way, another sensor, the wind. */
const STRAY = 0.004;
/** Drops that are measured instead of what is behind them, and how many readings a splash lasts at most. */
const DROPS = 0.1;
const SPLASH = 3;
/** A cat's fur and its back below the beam give few echoes. */
const CAT_SEEN = 0.3;
const WALL_CM = 320;
const REACH_CM = 400;

const between = (random: Rng, low: number, high: number): number => low + random() * (high - low);
/** Where something is at a second; undefined: not before the sensor. */
type Way = (second: number) => number | undefined;

interface Body {
  readonly happenings: readonly Happening[];
  readonly endSec: number;
  readonly way: Way;
  /** Share of its readings that give an echo. */
  readonly seen: number;
}

const lasting = (kind: Happening['kind'], startSec: number, seconds: number): Happening => ({
  kind,
  startSec,
  endSec: startSec + seconds,
});

const alone = (happening: Happening): Pick<Body, 'happenings' | 'endSec'> => ({
  happenings: [happening],
  endSec: happening.endSec,
});

// From the end of the path to the bell, a while before the door, and away again.
function visitor(random: Rng, startSec: number): Body {
  const atCm = between(random, 45, 160);
  const comesSec = between(random, 1.5, 4);
  const staysSec = between(random, 3, 90);
  const goesSec = between(random, 1.5, 4);
  const swaySec = between(random, 2, 6);
  const happening = lasting('visitor', startSec, comesSec + staysSec + goesSec);
  return {
    ...alone(happening),
    seen: 1 - LOST_BY_COAT,
    way: (second) => {
      const passed = second - startSec;
      if (passed < 0 || second > happening.endSec) return undefined;
      const leaving = passed - comesSec - staysSec;
      if (passed < comesSec) return 300 + (atCm - 300) * (passed / comesSec);
      if (leaving > 0) return atCm + (300 - atCm) * (leaving / goesSec);
      return atCm + 4 * Math.sin((2 * Math.PI * passed) / swaySec);
    },
  };
}

// Through the beam at a walk.
function passerBy(random: Rng, startSec: number): Body {
  const atCm = between(random, 90, 200);
  const happening = lasting('passer-by', startSec, between(random, 0.4, 1.2));
  return {
    ...alone(happening),
    seen: 1 - LOST_BY_COAT,
    way: (second) => (second >= startSec && second <= happening.endSec ? atCm : undefined),
  };
}

function cat(random: Rng, startSec: number): Body {
  const fromCm = between(random, 35, 120);
  const speed = between(random, -8, 8);
  const happening = lasting('cat', startSec, between(random, 2, 25));
  return {
    ...alone(happening),
    seen: CAT_SEEN,
    way: (second) =>
      second >= startSec && second <= happening.endSec
        ? Math.max(25, fromCm + speed * (second - startSec))
        : undefined,
  };
}

function car(random: Rng, startSec: number): Body {
  const atCm = between(random, 230, 390);
  const happening = lasting('car', startSec, between(random, 2, 40));
  return {
    ...alone(happening),
    seen: 1 - LOST,
    way: (second) => (second >= startSec && second <= happening.endSec ? atCm : undefined),
  };
}

function inARow(random: Rng, startSec: number, [least, most]: readonly [number, number]): [Body, Body, Way] {
  const first = visitor(random, startSec);
  const second = visitor(random, first.endSec + between(random, least, most));
  return [first, second, (at) => first.way(at) ?? second.way(at)];
}

function twoVisitors(random: Rng, startSec: number): Body {
  const [first, second, way] = inARow(random, startSec, NEXT_AFTER_SEC);
  const next = second.happenings.map((each) => ({ ...each, close: 'second' as const }));
  return { ...second, happenings: [...first.happenings, ...next], way };
}

// One visitor, whatever happens between.
function whoReturns(random: Rng, startSec: number): Body {
  const [, second, way] = inARow(random, startSec, BACK_AFTER_SEC);
  const happening: Happening = { kind: 'visitor', startSec, endSec: second.endSec, close: 'returns' };
  return { ...second, ...alone(happening), way };
}

const MAKERS = {
  visitor,
  'passer-by': passerBy,
  cat,
  car,
  'two visitors': twoVisitors,
  'who returns': whoReturns,
} as const;

// A parcel lies where it was put until the next visitor takes it along; whoever stands behind it is hidden by it.
function parcels(random: Rng, visitors: readonly Happening[]): Way {
  const lying = visitors.flatMap((bringer, at) => {
    const next = visitors[at + 1];
    if (next === undefined || random() > 0.15) return [];
    const cm = between(random, 100, 195);
    return [{ fromSec: bringer.startSec + 5, toSec: next.endSec - 2, cm }];
  });
  return (second) => lying.find(({ fromSec, toSec }) => second >= fromSec && second <= toSec)?.cm;
}

function happeningsOf(random: Rng): Body[] {
  const kinds = (Object.keys(COUNTS) as (keyof typeof COUNTS)[]).flatMap((kind) =>
    Array.from({ length: COUNTS[kind] }, () => kind),
  );
  // Each in a stretch of its own, in an order of chance.
  const order = kinds.map((kind) => ({ kind, at: random() })).sort((a, b) => a.at - b.at);
  const stretch = (EVENING_SEC - MORNING_SEC) / order.length;
  return order.map(({ kind }, at) =>
    MAKERS[kind](random, MORNING_SEC + at * stretch + between(random, 0, Math.max(0, stretch - APART_SEC))),
  );
}

/**
 * Computes a day.
 *
 * @param seed of everything that is left to chance
 * @returns 24 hours of readings, and what happened
 */
export function computeDay(seed: number): Day {
  const random = mulberry32(seed);
  const bodies = happeningsOf(random);
  const showers = Array.from({ length: SHOWERS }, () =>
    lasting('rain', between(random, 0, DAY_SEC - 3600), between(random, 600, 3600)),
  );
  const parcel = parcels(
    random,
    bodies.flatMap(({ happenings }) => happenings).filter(({ kind }) => kind === 'visitor'),
  );
  const distances: (number | undefined)[] = [];
  let next = 0;
  let splash = 0;
  for (let sample = 0; sample < DAY_SEC * RATE_HZ; sample += 1) {
    const second = sample / RATE_HZ;
    while ((bodies[next]?.endSec ?? Infinity) < second) next += 1;
    const body = bodies[next];
    const nearest = body?.way(second);
    const behind = Math.min(WALL_CM, parcel(second) ?? Infinity);
    // What gives no echo hides nothing.
    const cm =
      nearest !== undefined && random() < (body?.seen ?? 0)
        ? Math.min(nearest, behind)
        : random() < LOST
          ? undefined
          : behind;
    const isRaining = showers.some(({ startSec, endSec }) => second >= startSec && second <= endSec);
    if (splash > 0) splash -= 1;
    else if (isRaining && random() < DROPS / SPLASH) splash = 1 + Math.floor(random() * SPLASH);
    const other =
      splash > 0 ? between(random, 15, 250) : random() < STRAY ? between(random, 5, REACH_CM) : cm;
    distances.push(other === undefined ? undefined : Math.max(2, other + NOISE_CM * normal(random)));
  }
  return {
    rateHz: RATE_HZ,
    distancesCm: distances,
    happenings: [...bodies.flatMap(({ happenings }) => happenings), ...showers],
  };
}
