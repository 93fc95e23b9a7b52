import { describe, expect, it } from 'vitest';
import { ASK_AGAIN_MS, type Ballot, CLAIM_MS, elect, type ElectionEnvironment } from './election.ts';

/** Tabs on one channel, with a clock that a test moves by hand. Messages arrive one after the other. */
class Origin {
  readonly #listeners = new Map<number, (data: unknown) => void>();
  #alarms: { at: number; then: () => void }[] = [];
  #now = 0;

  tab(ticket: number): ElectionEnvironment {
    return {
      ticket: () => ticket,
      openChannel: () => ({
        post: (ballot: Ballot) => {
          for (const [other, listener] of [...this.#listeners])
            if (other !== ticket) this.#alarms.push({ at: this.#now + 1, then: () => listener(ballot) });
        },
        listen: (onMessage) => this.#listeners.set(ticket, onMessage),
        close: () => this.#listeners.delete(ticket),
      }),
      after: (milliseconds, then) => {
        const alarm = { at: this.#now + milliseconds, then };
        this.#alarms.push(alarm);
        return () => {
          this.#alarms = this.#alarms.filter((other) => other !== alarm);
        };
      },
    };
  }

  /** The tab is gone without a word. */
  kill(ticket: number): void {
    this.#listeners.delete(ticket);
  }

  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#alarms.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
      this.#now = next.at;
      next.then();
    }
    this.#now = end;
  }
}

const stand = (origin: Origin, ticket: number) => {
  const changes: boolean[] = [];
  const election = elect('writer', {
    environment: origin.tab(ticket),
    onChange: (held) => changes.push(held),
  });
  return { election, changes };
};

describe('elect', () => {
  it('gives the office to a tab that is alone', () => {
    const origin = new Origin();
    const only = stand(origin, 7);
    expect(only.election.held).toBe(false);
    origin.pass(CLAIM_MS);
    expect(only.election.held).toBe(true);
    expect(only.changes).toEqual([true]);
  });

  it('elects one of two that start together, whichever claims first', () => {
    for (const tickets of [
      [1, 2],
      [2, 1],
    ] as const) {
      const origin = new Origin();
      const tabs = tickets.map((ticket) => stand(origin, ticket));
      origin.pass(10 * ASK_AGAIN_MS);
      expect(tabs.filter(({ election }) => election.held)).toHaveLength(1);
      expect(tabs.flatMap(({ changes }) => changes)).toEqual([true]);
    }
  });

  it('leaves the office with its holder when a tab with an earlier ticket comes', () => {
    const origin = new Origin();
    const holder = stand(origin, 9);
    origin.pass(CLAIM_MS);
    const late = stand(origin, 1);
    origin.pass(10 * ASK_AGAIN_MS);
    expect(holder.election.held).toBe(true);
    expect(late.election.held).toBe(false);
  });

  it('hands over at once when the holder lets go', () => {
    const origin = new Origin();
    const holder = stand(origin, 1);
    origin.pass(CLAIM_MS);
    const heir = stand(origin, 2);
    origin.pass(CLAIM_MS);
    expect(heir.election.held).toBe(false);
    holder.election.release();
    origin.pass(CLAIM_MS + 5);
    expect(heir.election.held).toBe(true);
    expect(holder.election.held).toBe(false);
  });

  it('hands over when the holder died without a word', () => {
    const origin = new Origin();
    stand(origin, 1);
    origin.pass(CLAIM_MS);
    const heir = stand(origin, 2);
    origin.pass(CLAIM_MS);
    origin.kill(1);
    origin.pass(ASK_AGAIN_MS + CLAIM_MS + 5);
    expect(heir.election.held).toBe(true);
  });

  it('lets one of two holders step down when they hear of each other', () => {
    const origin = new Origin();
    const listeners: ((data: unknown) => void)[] = [];
    const base = origin.tab(5);
    const frozen = {
      ...base,
      openChannel: (name: string) => {
        const channel = base.openChannel(name);
        return {
          ...channel,
          listen: (onMessage: (data: unknown) => void) => {
            listeners.push(onMessage);
            channel.listen(onMessage);
          },
        };
      },
    };
    const changes: boolean[] = [];
    const election = elect('writer', { environment: frozen, onChange: (held) => changes.push(held) });
    origin.pass(CLAIM_MS);
    listeners[0]?.({ kind: 'held', ticket: 3 });
    expect(election.held).toBe(false);
    expect(changes).toEqual([true, false]);
  });

  it('ignores what is not a ballot', () => {
    const origin = new Origin();
    const holder = stand(origin, 5);
    origin.pass(CLAIM_MS);
    origin.tab(1).openChannel('writer').post({ kind: 'held', ticket: Number.NaN });
    for (const noise of ['held', null, { kind: 'held' }, { ticket: '1', kind: 'held' }])
      origin
        .tab(1)
        .openChannel('writer')
        .post(noise as never);
    origin.pass(10);
    expect(holder.election.held).toBe(true);
  });
});
