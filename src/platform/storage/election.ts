/**
 * One writer among the tabs of an insecure origin, where browsers have no Web Locks: an election over a BroadcastChannel.
 * Messages can be late and tabs can freeze, so this alone would not be safe; the store's writer token (each writer leaves
 * its own in the store, and every transaction checks it) refuses the writes of whoever lost without knowing.
 */
export interface Channel {
  post(ballot: Ballot): void;
  listen(onMessage: (data: unknown) => void): void;
  close(): void;
}

export interface ElectionEnvironment {
  openChannel(name: string): Channel;
  /** Calls back once after a time; answers a function that cancels it. */
  after(milliseconds: number, then: () => void): () => void;
  /** A number nobody else has. */
  ticket(): number;
}

export interface Ballot {
  readonly kind: 'claim' | 'held' | 'released';
  readonly ticket: number;
}

export interface Election {
  readonly held: boolean;
  release(): void;
}

interface ElectionOptions {
  readonly environment: ElectionEnvironment | undefined;
  readonly onChange: (held: boolean) => void;
}

/** Nobody objected for this long: the claim stands. Messages between tabs take a few milliseconds. */
export const CLAIM_MS = 300;
/** How often a waiting tab asks again, since a tab that crashed cannot say that it let go. */
export const ASK_AGAIN_MS = 2_000;

const BROWSER: ElectionEnvironment = {
  openChannel(name) {
    const channel = new BroadcastChannel(name);
    return {
      post: (ballot) => channel.postMessage(ballot),
      listen: (onMessage) => (channel.onmessage = (event) => onMessage(event.data)),
      close: () => channel.close(),
    };
  },
  after(milliseconds, then) {
    const timer = setTimeout(then, milliseconds);
    return () => clearTimeout(timer);
  },
  ticket: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
};

const isBallot = (data: unknown): data is Ballot =>
  typeof data === 'object' &&
  data !== null &&
  'kind' in data &&
  'ticket' in data &&
  typeof data.ticket === 'number';

/**
 * Stands for election, and keeps standing until it wins or is released.
 *
 * @param name of the channel, the same in every tab
 * @param options whom to tell when it is won, or lost again
 * @returns the state, and a way out
 */
export function elect(name: string, options: ElectionOptions): Election {
  const { environment = BROWSER, onChange } = options;
  const channel = environment.openChannel(name);
  const ticket = environment.ticket();
  let state: 'waiting' | 'claiming' | 'held' | 'released' = 'waiting';
  let cancel: () => void = () => undefined;
  const post = (kind: Ballot['kind']): void => channel.post({ kind, ticket });

  const claim = (): void => {
    cancel();
    state = 'claiming';
    post('claim');
    cancel = environment.after(CLAIM_MS, () => {
      state = 'held';
      post('held');
      onChange(true);
    });
  };
  const wait = (): void => {
    cancel();
    state = 'waiting';
    cancel = environment.after(ASK_AGAIN_MS, claim);
  };

  channel.listen((data) => {
    if (!isBallot(data) || data.ticket === ticket) return;
    const otherIsFirst = data.ticket < ticket;
    if (data.kind === 'claim') {
      if (state === 'held') post('held');
      else if (state === 'claiming' && otherIsFirst) wait();
      // The later ticket has to hear of the earlier one, also when its claim came first.
      else if (state === 'claiming') post('claim');
    } else if (data.kind === 'held') {
      if (state === 'claiming' || state === 'waiting') wait();
      else if (state === 'held' && otherIsFirst) {
        wait();
        onChange(false);
      } else if (state === 'held') post('held');
    } else if (state === 'waiting') claim();
  });
  claim();

  return {
    get held() {
      return state === 'held';
    },
    release() {
      if (state === 'released') return;
      cancel();
      if (state === 'held') post('released');
      state = 'released';
      channel.close();
    },
  };
}
