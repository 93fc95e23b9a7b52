import { describe, fail, ok, type Result, type StudioError } from '../kernel/result.ts';
import { forbidsForeignHosts } from './policy.ts';
import { controlled } from './service-worker.ts';

export type WorkerStartCode = 'worker-not-found';
export type WorkerStartResult = Result<Worker, StudioError<WorkerStartCode>>;

const CONTROL_LIMIT_MS = 15_000;

const probes = new Map<string, Promise<boolean>>();

/** Whether the script comes with a policy that keeps it at home, from the host or from the service worker. */
async function probe(url: string): Promise<boolean> {
  const response = await fetch(url, { method: 'HEAD' });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return forbidsForeignHosts(response.headers.get('Content-Security-Policy') ?? '');
}

/** One question a script and page; a failed one is asked again. */
function probed(url: string): Promise<boolean> {
  const known = probes.get(url);
  if (known !== undefined) return known;
  const fresh = probe(url).catch((cause: unknown) => {
    probes.delete(url);
    throw cause;
  });
  probes.set(url, fresh);
  return fresh;
}

let frame: Promise<Window & typeof globalThis> | undefined;

/**
 * A hidden document of our own whose policy stands in its HTML. A worker made from a blob: address there inherits that
 * policy, which is the only way to give a worker one where neither the host nor a service worker can.
 */
function workerFrame(): Promise<Window & typeof globalThis> {
  frame ??= new Promise((resolve, reject) => {
    const element = document.createElement('iframe');
    element.hidden = true;
    element.title = 'Workers';
    element.src = new URL('worker-frame.html', document.baseURI).href;
    element.addEventListener('load', () => {
      const inside = element.contentDocument?.defaultView;
      if (inside === undefined || inside === null || element.contentDocument?.title !== 'Atelier workers')
        reject(new Error('worker-frame.html did not open'));
      else resolve(inside);
    });
    document.body.append(element);
  });
  return frame;
}

async function startInFrame(url: string, name: string): Promise<Worker> {
  const inside = await workerFrame();
  const source = `import ${JSON.stringify(new URL(url, location.href).href)};`;
  const blobUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  // The frame's own constructor: the policy that counts is the one of the document the constructor belongs to.
  return new inside.Worker(blobUrl, { type: 'module', name });
}

/**
 * Starts a worker, never before it is certain that a policy keeps it from every host but its own.
 *
 * @param url the script's address, from `import url from './x.worker.ts?worker&url'`
 * @param name shown by the browser's tools
 * @returns the worker, to be handed to `connectWorker`; it may still be loading, messages wait for it
 */
export async function startWorker(url: string, name: string): Promise<WorkerStartResult> {
  const start = (): WorkerStartResult => ok(new Worker(url, { type: 'module', name }));
  if (import.meta.env.DEV) return start();
  try {
    await controlled(CONTROL_LIMIT_MS);
    if (await probed(url)) return start();
    return ok(await startInFrame(url, name));
  } catch (cause) {
    return fail('worker-not-found', `The worker “${name}” could not be fetched.`, {
      hint: 'Check the connection and try again.',
      retryable: true,
      cause: describe(cause),
    });
  }
}
