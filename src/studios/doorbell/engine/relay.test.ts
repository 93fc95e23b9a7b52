import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  handOverLink,
  NO_RELAY,
  NOT_REACHED,
  placeToAsk,
  readRelayState,
  relayAfter,
  relayOffline,
  relayOnline,
  relayProblem,
  relayRequest,
  relayResumed,
  relaySending,
  relayTarget,
  relayWaiting,
  retryAfterSec,
  saneRelay,
  type RelayAnswer,
  type Relayed,
  type RelaySettings,
} from './relay.ts';

const MESSAGE: Relayed = {
  ...{ id: 'm1', atMs: Date.UTC(2026, 0, 2, 3, 4, 5), text: 'It is "Ana"\n{id} \\', distanceCm: 80.4 },
  ...{ by: 'sensor', language: 'en-GB' },
};
const ntfy: RelaySettings = { ...NO_RELAY, kind: 'ntfy', topic: 'door-x7' };
const webhook: RelaySettings = {
  ...NO_RELAY,
  kind: 'webhook',
  address: 'https://example.org/hook?key=1',
  template: '{"a":[{"b":"{time}: {text} ({distance} cm, {what})"}],"n":3,"by":"{by}"}',
};

describe('what is sent', () => {
  it('is JSON to an ntfy server', () => {
    const request = relayRequest(ntfy, MESSAGE);
    expect(request?.url).toBe('https://ntfy.sh/');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      topic: 'door-x7',
      title: 'Somebody was at the door',
      message: MESSAGE.text,
      tags: ['bell'],
      sequence_id: 'm1',
    });
    // ntfy refuses longer ones.
    const long = relayRequest(ntfy, { ...MESSAGE, id: 'm'.repeat(65) });
    expect(JSON.parse(long?.body ?? '')).not.toHaveProperty('sequence_id');
  });

  it('is the template of a webhook with its places filled, in strings only', () => {
    const request = relayRequest(webhook, MESSAGE);
    expect(request?.url).toBe('https://example.org/hook?key=1');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      a: [{ b: `2026-01-02T03:04:05.000Z: ${MESSAGE.text} (80 cm, {what})` }],
      n: 3,
      by: 'sensor',
    });
  });

  it('keeps its shape whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const body: unknown = JSON.parse(relayRequest(webhook, { ...MESSAGE, text })?.body ?? '');
        expect(Object.keys(body as object)).toEqual(['a', 'n', 'by']);
      }),
    );
  });

  it.each([
    [{ ...ntfy, topic: '' }, /topic/],
    [{ ...ntfy, topic: 'a/b' }, /topic/],
    [{ ...ntfy, server: 'ntfy.sh' }, /https/],
    [{ ...webhook, address: 'https://user:word@example.org/' }, /password/],
    [{ ...webhook, address: 'javascript:alert(1)' }, /https/],
    [{ ...webhook, template: '{' }, /JSON/],
  ])('is nothing for settings that are not sound: %o', (settings, problem) => {
    expect(relayProblem(settings)).toMatch(problem);
    expect(relayRequest(settings, MESSAGE)).toBeUndefined();
  });

  it('names its target, so that another one is asked for again', () => {
    expect(relayTarget(ntfy)).toBe('https://ntfy.sh/door-x7');
    expect(relayTarget({ ...ntfy, server: 'http://localhost:80/' })).toBe('http://localhost:80/door-x7');
    expect(relayTarget(webhook)).toBe(webhook.address);
    expect(relayTarget(NO_RELAY)).toBe('');
  });
});

const answered = (status: number): RelayAnswer => ({ kind: 'status', status });

describe('trying again', () => {
  it.each([[answered(500)], [{ kind: 'not-reached' } as const]])(
    'waits longer each time, and gives up: %o',
    (answer) => {
      let state = relayWaiting(0);
      const waits: number[] = [];
      for (let nowMs = 0; state.state === 'waiting'; nowMs = state.nextAtMs) {
        state = relayAfter(relaySending(state), answer, nowMs);
        waits.push(state.nextAtMs - nowMs);
      }
      const failure = answer.kind === 'status' ? 'it answered with 500' : NOT_REACHED;
      expect(state).toMatchObject({ state: 'given-up', attempts: 9, failure });
      expect(waits.slice(0, 4)).toEqual([2000, 10_000, 60_000, 300_000]);
    },
  );

  it.each<[RelayAnswer, string]>([
    [answered(200), 'sent'],
    [answered(204), 'sent'],
    [{ kind: 'not-reached' }, 'waiting'],
    [answered(408), 'waiting'],
    [answered(429), 'waiting'],
    [answered(500), 'waiting'],
    [answered(503), 'waiting'],
    [answered(502), 'unsure'],
    [answered(504), 'unsure'],
    [answered(524), 'unsure'],
    [{ kind: 'unknown' }, 'unsure'],
    [{ kind: 'elsewhere' }, 'refused'],
    [answered(401), 'refused'],
  ])('after %o it is %s', (answer, expected) => {
    const state = relayAfter(relaySending(relayWaiting(0)), answer, 0);
    expect(state.state).toBe(expected);
    expect(state.failure === '').toBe(expected === 'sent');
  });

  it('never goes on by itself once a request may have arrived, whatever answers come after it', () => {
    const answer = fc.oneof(
      fc.constantFrom<RelayAnswer[]>({ kind: 'not-reached' }, { kind: 'elsewhere' }, { kind: 'unknown' }),
      fc.integer({ min: 100, max: 599 }).map(answered),
    );
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 12 }), (answers) => {
        let state = relayWaiting(0);
        const played = answers.filter((each) => {
          if (state.state !== 'waiting') return false;
          state = relayAfter(relaySending(state), each, state.nextAtMs);
          return true;
        });
        const mayHaveArrived = played.filter(
          (each) =>
            each.kind === 'unknown' ||
            (each.kind === 'status' && (each.status < 300 || [502, 504].includes(each.status))),
        );
        expect(mayHaveArrived.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('waits as long as it was asked to', () => {
    const answer = { kind: 'status', status: 429, afterSec: 90 } as const;
    expect(relayAfter(relaySending(relayWaiting(0)), answer, 1000).nextAtMs).toBe(91_000);
    expect(retryAfterSec('120', 0)).toBe(120);
    expect(retryAfterSec('Thu, 01 Jan 1970 00:01:00 GMT', 20_000)).toBe(40);
    expect(retryAfterSec('Thu, 01 Jan 1970 00:01:00 GMT', 90_000)).toBe(0);
    expect(retryAfterSec('99999999', 0)).toBe(86_400);
    expect(retryAfterSec(null, 0)).toBeUndefined();
    expect(retryAfterSec('soon', 0)).toBeUndefined();
  });

  it('counts nothing without a network, and goes on with one', () => {
    const offline = relayOffline(relayWaiting(5), 5);
    expect(offline).toMatchObject({ state: 'waiting', attempts: 0, failure: NOT_REACHED, nextAtMs: 60_005 });
    expect(relayOnline(offline, 7).nextAtMs).toBe(7);
    const refusedOnce = relayAfter(relaySending(relayWaiting(0)), answered(503), 0);
    expect(relayOnline(refusedOnce, 7)).toBe(refusedOnce);
  });

  it('asks the server at an address that does nothing', () => {
    expect(placeToAsk('https://example.org/hook?key=1')).toBe('https://example.org/robots.txt');
    expect(placeToAsk('http://localhost:80?a')).toBe('http://localhost:80/robots.txt');
  });

  it('does not send again what may have arrived, nor what is a day old', () => {
    const waiting = relayWaiting(5);
    expect(relayResumed(relaySending(waiting), 0, 10).state).toBe('unsure');
    expect(relayResumed(waiting, 0, 10)).toEqual(waiting);
    expect(relayResumed(waiting, 0, 25 * 3_600_000).state).toBe('given-up');
    expect(relayResumed({ ...waiting, state: 'sent' }, 0, 1e12).state).toBe('sent');
  });
});

it('reads anything', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(relayProblem(saneRelay(value))).toBeTypeOf('string');
      readRelayState(value);
    }),
  );
  const state = relaySending(relayWaiting(7));
  expect(readRelayState(state)).toEqual(state);
  expect(saneRelay(webhook)).toEqual(webhook);
});

it.each([
  ['ana@example.org', 'mailto:ana@example.org?subject=Door&body=Hi%20%26%20bye'],
  ['+49 (0) 30/1-2', 'sms:+4903012?body=Hi%20%26%20bye'],
  ['ana@example.org?cc=x@y.z', undefined],
  ['nobody', undefined],
])('hands over to %s', (to, link) => {
  expect(handOverLink(to, 'Door', 'Hi & bye')).toBe(link);
});
