import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PAUSES_MS } from '../../../platform/keep-connected.ts';
import { encodeHello, encodeReading } from '../engine/protocol.ts';
import { LinkMemory } from './link-memory.ts';
import { browserLink, Link, type LinkReading } from './link.svelte.ts';
import { Watch, type Visitor } from './link-watch.svelte.ts';
import { FakePort, FakeSerial } from './testing/fake-serial.ts';

const HELLO = encodeHello({ name: 'Front door', firmware: 'atelier-pi 1', deviceMs: 0 });
const line = (seq: number, distanceCm: number | 'no echo' = 120): string =>
  encodeReading({ seq, deviceMs: seq * 100, distanceCm: distanceCm === 'no echo' ? undefined : distanceCm });

let links: Link[] = [];

function linkOver(serial: FakeSerial): Link {
  const link = new Link({ serial, bluetooth: undefined, isSecure: true, memory: new LinkMemory() });
  links.push(link);
  return link;
}

beforeEach(() => localStorage.clear());
afterEach(async () => {
  for (const link of links) await link.close();
  links = [];
});

const is = (link: Link, status: Link['status']): Promise<unknown> =>
  vi.waitFor(() => expect(link.status).toBe(status), { timeout: 5000 });

it('connects the chosen port, takes its name and its readings', async () => {
  const serial = new FakeSerial();
  const link = linkOver(serial);
  const readings: LinkReading[] = [];
  link.onReading((reading) => readings.push(reading));
  await link.connectByCable();
  await is(link, 'connected');
  serial.port.say(HELLO + line(1, 250) + line(2, 'no echo') + line(3, 80.5));
  await vi.waitFor(() => expect(readings).toHaveLength(3));
  expect(readings.map(({ distanceCm }) => distanceCm)).toEqual([250, undefined, 80.5]);
  expect(link).toMatchObject({
    name: 'Front door',
    firmware: 'atelier-pi 1',
    lastDistanceCm: 80.5,
    via: 'cable',
  });
});

it('comes back after each unplugging as another port, and leaves no reader and no port open', async () => {
  const serial = new FakeSerial();
  const link = linkOver(serial);
  await link.connectByCable();
  const ports = new Set<FakePort>();
  for (let round = 1; round <= 5; round += 1) {
    await is(link, 'connected');
    ports.add(serial.port);
    serial.port.say(line(10 * round));
    await vi.waitFor(() => expect(link.last?.seq).toBe(10 * round));
    serial.unplug();
    await is(link, 'absent');
    serial.plugIn();
  }
  await is(link, 'connected');
  expect(link.counters).toMatchObject({ frames: 5, gaps: 4, missing: 36 });
  expect(link.reconnections).toBe(5);
  expect(serial.asked).toBe(1);
  await link.disconnect();
  expect(serial.port.isOpen).toBe(false);
  expect(link.status).toBe('off');
  expect([...ports].map((port) => port.readable)).toEqual(Array.from({ length: 5 }, () => null));
});

it('comes back from an unplugging so short that nothing of it was noticed before', async () => {
  const serial = new FakeSerial();
  const link = linkOver(serial);
  await link.connectByCable();
  await is(link, 'connected');
  serial.unplug();
  serial.plugIn();
  await vi.waitFor(() => expect(serial.port.isOpen).toBe(true));
  await is(link, 'connected');
});

it('opened while it is unplugged, connects once it is plugged in', async () => {
  const serial = new FakeSerial();
  const first = linkOver(serial);
  await first.connectByCable();
  await is(first, 'connected');
  serial.port.say(HELLO);
  await vi.waitFor(() => expect(first.name).toBe('Front door'));
  await first.close();
  serial.unplug();
  const second = linkOver(serial);
  await second.resume();
  await is(second, 'absent');
  expect(second.name).toBe('Front door');
  serial.plugIn();
  await is(second, 'connected');
  expect(serial.asked).toBe(1);
});

it('plugged in again without the permission, it says so, and is chosen again', async () => {
  const serial = new FakeSerial();
  serial.forgets = true;
  const link = linkOver(serial);
  await link.connectByCable();
  await is(link, 'connected');
  serial.unplug();
  await is(link, 'absent');
  serial.plugIn();
  await new Promise((resolve) => setTimeout(resolve, 2 * (PAUSES_MS[0] + PAUSES_MS[1])));
  expect(link.status).toBe('absent');
  await link.connectByCable();
  await is(link, 'connected');
  expect(serial.asked).toBe(2);
});

it('takes no other device for its own', async () => {
  const serial = new FakeSerial();
  // Of another make, and of the same.
  serial.others = [new FakePort(0x0001), new FakePort()];
  const link = linkOver(serial);
  await link.connectByCable();
  await is(link, 'connected');
  serial.unplug();
  await is(link, 'absent');
  serial.plugIn();
  await is(link, 'connected');
  expect(serial.port.isOpen).toBe(true);
  expect(serial.others.map(({ openings }) => openings.length)).toEqual([0, 0]);
});

it('goes on after an error of the line', async () => {
  const serial = new FakeSerial();
  const link = linkOver(serial);
  await link.connectByCable();
  await is(link, 'connected');
  serial.port.say(line(1));
  await vi.waitFor(() => expect(link.last?.seq).toBe(1));
  serial.port.disturb();
  await vi.waitFor(() => {
    serial.port.say(`\n${line(2)}`);
    expect(link.last?.seq).toBe(2);
  });
  expect(serial.port.openings).toHaveLength(1);
});

it('connects the remembered port by itself, unless the person let it go', async () => {
  const serial = new FakeSerial();
  const first = linkOver(serial);
  await first.connectByCable();
  await is(first, 'connected');
  serial.port.say(HELLO);
  await vi.waitFor(() => expect(first.name).toBe('Front door'));
  await first.close();
  const second = linkOver(serial);
  await second.resume();
  expect(second.name).toBe('Front door');
  await is(second, 'connected');
  await second.disconnect();
  const third = linkOver(serial);
  await third.resume();
  expect(third).toMatchObject({ status: 'off', name: 'Front door' });
  await third.reconnect();
  await is(third, 'connected');
  expect(serial.asked).toBe(1);
});

it('tries other speeds when nothing can be read', async () => {
  const serial = new FakeSerial();
  const link = linkOver(serial);
  await link.connectByCable();
  await is(link, 'connected');
  serial.port.say('\u0000~\u001f'.repeat(200));
  await vi.waitFor(() => expect(serial.port.openings).toEqual([115_200, 57_600]), { timeout: 5000 });
  await is(link, 'connected');
  serial.port.say(`\n${line(1)}`);
  await vi.waitFor(() => expect(link.isGarbled).toBe(false), { timeout: 5000 });
  expect(link.baudRate).toBe(57_600);
});

it('says why a browser cannot, and that an address is not secure', () => {
  const memory = new LinkMemory();
  const none = { serial: undefined, bluetooth: undefined, memory };
  expect(new Link({ ...none, isSecure: true }).whyNoCable?.code).toBe('no-api');
  expect(new Link({ ...none, isSecure: false }).whyNoBluetooth?.message).toContain('https');
});

it('finds the cables of this browser, and nothing to connect on a first visit', async () => {
  const link = browserLink();
  await link.resume();
  expect(link).toMatchObject({ status: 'off', whyNoCable: undefined });
});

it('announces a visitor to whoever watches, once', async () => {
  const serial = new FakeSerial();
  const link = linkOver(serial);
  const watch = new Watch(link);
  watch.configure({ staySec: 0 });
  const visitors: Visitor[] = [];
  watch.onVisitor((visitor) => visitors.push(visitor));
  await link.connectByCable();
  await is(link, 'connected');
  for (let seq = 0; seq < 10; seq += 1) serial.port.say(line(seq, 250));
  for (let seq = 10; seq < 40; seq += 1) serial.port.say(line(seq, 80));
  await vi.waitFor(() => expect(watch.points).toHaveLength(40));
  expect(visitors).toHaveLength(1);
  expect(visitors[0]?.distanceCm).toBe(80);
  expect(watch).toMatchObject({ isPresent: true, hold: 'visit' });
  watch.close();
  expect(new Watch(link).settings.staySec).toBe(0);
});
