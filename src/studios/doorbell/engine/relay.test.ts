import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  handOverLink,
  NO_RELAY,
  readRelayState,
  relayAfter,
  relayProblem,
  relayRequest,
  relayResumed,
  relaySending,
  relayTarget,
  relayWaiting,
  saneRelay,
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
    });
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

describe('trying again', () => {
  it('waits longer each time, and gives up', () => {
    let state = relayWaiting(0);
    const waits: number[] = [];
    for (let nowMs = 0; state.state === 'waiting'; nowMs = state.nextAtMs) {
      state = relayAfter(relaySending(state), 500, nowMs);
      waits.push(state.nextAtMs - nowMs);
    }
    expect(state).toMatchObject({ state: 'given-up', attempts: 9, failure: 'it answered with 500' });
    expect(waits.slice(0, 4)).toEqual([2000, 10_000, 60_000, 300_000]);
  });

  it.each([
    [200, 'sent'],
    [204, 'sent'],
    [0, 'waiting'],
    [429, 'waiting'],
    [503, 'waiting'],
    [301, 'refused'],
    [401, 'refused'],
  ])('after %i it is %s', (answer, expected) => {
    expect(relayAfter(relaySending(relayWaiting(0)), answer, 0).state).toBe(expected);
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
