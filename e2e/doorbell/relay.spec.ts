import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type BrowserContext, type Locator } from '@playwright/test';
import { babble, DoorbellPage, withMicrophone } from '../support/doorbell.ts';
import { expect, test } from '../support/site.ts';

/** `opaque`: 200 that the page may not read; `reset`: the connection goes once the message was read. */
type Answer = number | 'never' | 'opaque' | 'reset' | { readonly lateMs: number };

/** What stands in the place of a phone's service: it writes down what it is sent, and answers as it is told to. */
class Receiver {
  readonly bodies: string[] = [];
  /** Addresses at which it was asked whether it is there. */
  readonly asked: string[] = [];
  answers: Answer[] = [];
  headers: Record<string, string> = {};
  #server: Server | undefined;
  #port = 0;
  readonly #open = new Set<ServerResponse>();

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      if (request.method === 'HEAD') {
        this.asked.push(request.url ?? '');
        response.writeHead(404).end();
        return;
      }
      const mayBeRead = (): ServerResponse =>
        response
          .setHeader('Access-Control-Allow-Origin', '*')
          .setHeader('Access-Control-Allow-Headers', '*')
          .setHeader('Access-Control-Expose-Headers', 'Retry-After');
      if (request.method === 'OPTIONS') {
        // Closed, so that the message comes on a connection of its own: on one that was used before Chromium itself
        // sends a request again when it breaks (docs/decisions/0017-relay-at-most-once.md).
        mayBeRead().setHeader('Connection', 'close').end();
        return;
      }
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        this.bodies.push(body);
        const answer = this.answers.shift() ?? 200;
        if (answer === 'never') this.#open.add(response);
        else if (answer === 'opaque') response.writeHead(200).end();
        else if (answer === 'reset') request.socket.resetAndDestroy();
        else if (typeof answer === 'object')
          setTimeout(() => mayBeRead().writeHead(200).end(), answer.lateMs);
        else mayBeRead().writeHead(answer, this.headers).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  async stop(): Promise<void> {
    for (const response of this.#open) response.destroy();
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}

let receiver: Receiver;
test.beforeEach(async () => {
  receiver = new Receiver();
  await receiver.start();
});
test.afterEach(() => receiver.stop());

/** A doorbell in connected mode with a webhook; not allowed yet. */
async function withWebhook(context: BrowserContext, url: string): Promise<DoorbellPage> {
  const doorbell = new DoorbellPage(await context.newPage());
  const { page } = doorbell;
  await doorbell.open(`${url}connected.html`);
  await doorbell.recordFor(3);
  await page.getByRole('combobox', { name: 'Send messages' }).selectOption('webhook');
  const address = page.getByRole('textbox', { name: 'Webhook address' });
  await address.fill(receiver.address);
  await address.blur();
  return doorbell;
}

const allow = ({ page }: DoorbellPage): Promise<void> =>
  page.getByRole('button', { name: 'Allow sending messages' }).click();
const relayOf = (message: Locator): Locator => message.locator('[data-relay]');

test('a message is sent once, after it was shown and allowed, and only to where it was allowed', async ({
  site,
}) => {
  await withMicrophone(babble(5, 31), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    const { page } = doorbell;
    const shown = page.getByRole('note', { name: 'What is sent' });
    await expect(shown).toContainText(receiver.address);
    await expect(shown).toContainText('Hello, a parcel for Ana.');
    await doorbell.ring();
    await doorbell.newest();
    expect(receiver.bodies).toEqual([]);

    await allow(doorbell);
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(2);
    const message = await doorbell.newest();
    await expect(relayOf(message)).toHaveAttribute('data-relay', 'sent');
    const id = await message.getAttribute('data-id');
    expect(receiver.bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
      { text: 'A recording of 3 s', time: expect.any(String) as unknown, id },
    ]);
    await page.reload();
    await doorbell.ready();
    await expect(relayOf(await doorbell.newest())).toHaveAttribute('data-relay', 'sent');

    // Another address is another question.
    const address = page.getByRole('textbox', { name: 'Webhook address' });
    await address.fill(`${receiver.address}/other`);
    await address.blur();
    await expect(page.getByRole('button', { name: 'Allow sending messages' })).toBeVisible();
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(3);
    await doorbell.newest();
    expect(receiver.bodies).toHaveLength(1);
  });
});

test('an answer of 500 is tried again, one of 403 is not', async ({ site }) => {
  await withMicrophone(babble(5, 32), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    await allow(doorbell);
    receiver.answers = [500, 200, 403];
    await doorbell.ring();
    const first = await doorbell.newest();
    await expect(relayOf(first)).toHaveAttribute('data-relay', 'sent', { timeout: 15_000 });
    await expect(relayOf(first)).toHaveAttribute('data-attempts', '2');
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(2);
    const second = await doorbell.newest();
    await expect(relayOf(second)).toHaveAttribute('data-relay', 'refused');
    await expect(relayOf(second)).toContainText('it answered with 403');
    expect(receiver.bodies).toHaveLength(3);
    await second.getByRole('button', { name: 'Send again' }).click();
    await expect(relayOf(second)).toHaveAttribute('data-relay', 'sent');
    expect(receiver.bodies).toHaveLength(4);
  });
});

test('a message whose answer cannot be read leaves once, and again by hand only', async ({ site }) => {
  await withMicrophone(babble(5, 36), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    await allow(doorbell);
    for (const [i, answer] of (['opaque', 'reset'] as const).entries()) {
      receiver.answers = [answer];
      await doorbell.ring();
      await expect(doorbell.messages).toHaveCount(i + 1);
      const message = await doorbell.newest();
      await expect(relayOf(message)).toHaveAttribute('data-relay', 'unsure');
      await expect(relayOf(message)).toContainText('Perhaps sent, perhaps not');
      expect(receiver.bodies).toHaveLength(2 * i + 1);
      receiver.answers = [];
      await message.getByRole('button', { name: 'Send again' }).click();
      await expect(relayOf(message)).toHaveAttribute('data-relay', 'sent');
      expect(receiver.bodies).toHaveLength(2 * i + 2);
    }
    // What asks whether the server is there never asks at the webhook itself.
    expect(new Set(receiver.asked)).toEqual(new Set(['/robots.txt']));
  });
});

test('an answer that sends it elsewhere is not followed; a late one is waited for; one that asks for time gets it', async ({
  site,
}) => {
  await withMicrophone(babble(5, 37), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    await allow(doorbell);
    receiver.answers = [302];
    receiver.headers = { Location: `${receiver.address}/elsewhere` };
    await doorbell.ring();
    const moved = await doorbell.newest();
    await expect(relayOf(moved)).toHaveAttribute('data-relay', 'refused');
    await expect(relayOf(moved)).toContainText('it has moved');
    expect(receiver.bodies).toHaveLength(1);

    // Longer than it was waited for once, when it was sent again.
    receiver.answers = [{ lateMs: 16_000 }];
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(2);
    await expect(relayOf(await doorbell.newest())).toHaveAttribute('data-relay', 'sent', { timeout: 30_000 });
    expect(receiver.bodies).toHaveLength(2);

    receiver.answers = [429, 200];
    receiver.headers = { 'Retry-After': '5' };
    await doorbell.ring();
    await expect(doorbell.messages).toHaveCount(3);
    const third = await doorbell.newest();
    await expect(relayOf(third)).toHaveAttribute('data-relay', 'waiting');
    const beganMs = Date.now();
    await expect(relayOf(third)).toHaveAttribute('data-relay', 'sent', { timeout: 15_000 });
    // Without the header it would be two seconds.
    expect(Date.now() - beganMs).toBeGreaterThan(3000);
    expect(receiver.bodies).toHaveLength(4);
  });
});

test('without a network nothing is tried; with one it goes at once', async ({ site }) => {
  await withMicrophone(babble(5, 38), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    await allow(doorbell);
    await context.setOffline(true);
    await doorbell.ring();
    const message = await doorbell.newest();
    await expect(relayOf(message)).toHaveAttribute('data-relay', 'waiting');
    await expect(relayOf(message)).toHaveAttribute('data-attempts', '0');
    await expect(relayOf(message)).toContainText('no connection to it');
    expect(receiver.bodies).toEqual([]);
    await context.setOffline(false);
    await expect(relayOf(message)).toHaveAttribute('data-relay', 'sent');
    expect(receiver.bodies).toHaveLength(1);
  });
});

test('without a network at notify it waits, over a reload, and is sent once', async ({ site }) => {
  await withMicrophone(babble(5, 33), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    const { page } = doorbell;
    await allow(doorbell);
    await receiver.stop();
    await doorbell.ring();
    const message = await doorbell.newest();
    await expect(relayOf(message)).toHaveAttribute('data-relay', 'waiting');
    await expect(relayOf(message)).toContainText('no connection to it');
    await page.reload();
    await doorbell.ready();
    await receiver.start();
    await expect(relayOf(await doorbell.newest())).toHaveAttribute('data-relay', 'sent', { timeout: 30_000 });
    expect(receiver.bodies).toHaveLength(1);
  });
});

test('a page that is reloaded while it sends does not send again by itself', async ({ site }) => {
  await withMicrophone(babble(5, 34), async (context) => {
    const doorbell = await withWebhook(context, site.url);
    await allow(doorbell);
    receiver.answers = ['never'];
    await doorbell.ring();
    await expect(relayOf(await doorbell.newest())).toHaveAttribute('data-relay', 'sending');
    await expect.poll(() => receiver.bodies.length).toBe(1);
    await doorbell.page.reload();
    await doorbell.ready();
    const message = await doorbell.newest();
    await expect(relayOf(message)).toHaveAttribute('data-relay', 'unsure');
    expect(receiver.bodies).toHaveLength(1);
    await message.getByRole('button', { name: 'Send again' }).click();
    await expect(relayOf(message)).toHaveAttribute('data-relay', 'sent');
    expect(receiver.bodies).toHaveLength(2);
  });
});

test('outside connected mode nothing is sent, whatever was allowed; links hand a message over', async ({
  site,
}) => {
  await withMicrophone(babble(5, 35), async (context) => {
    const connected = await withWebhook(context, site.url);
    await allow(connected);
    await expect(connected.page.getByText('You allowed sending messages')).toBeVisible();
    await connected.page.close();

    const doorbell = new DoorbellPage(await context.newPage());
    const { page } = doorbell;
    await doorbell.open(site.url);
    await expect(page.getByText('switch on connected mode')).toBeVisible();
    const handOver = page.getByRole('textbox', { name: 'Mail address or telephone number' });
    await handOver.fill('ana@example.org');
    await handOver.blur();
    await doorbell.ring();
    const message = await doorbell.newest();
    await expect(message.getByRole('link', { name: 'Write a mail of it' })).toHaveAttribute(
      'href',
      /^mailto:ana@example\.org\?subject=At%20the%20door.*&body=.*A%20recording%20of%203%20s$/,
    );
    await handOver.fill('+49 30 12345');
    await handOver.blur();
    await expect(message.getByRole('link', { name: 'Write a text message of it' })).toHaveAttribute(
      'href',
      /^sms:\+493012345\?body=/,
    );
    await expect(relayOf(message)).toHaveCount(0);
    expect(receiver.bodies).toEqual([]);
  });
});
