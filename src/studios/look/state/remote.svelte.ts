import { connectedMode } from '../../../platform/connected.ts';
import { serve, transfer } from '../../../platform/rpc.ts';
import { indexNameProblem, remoteName } from '../engine/opensearch.ts';
import type { CollectionInfo, Metric } from '../worker/protocol.ts';
import type { PushReport, RemoteCarrier, RemoteState, RemoteTarget } from '../worker/protocol-exchange.ts';
import { ExchangeTask, type Exchange } from './exchange.svelte.ts';
import { engineAddress, PageCarrier } from './remote-carrier.ts';

export type EngineKind = RemoteTarget['kind'];

const STORAGE_KEY = 'atelier-look-remote';
/** What a vector's record has beside the vector, bytes, about. */
const RECORD_BYTES = 250;

export const ENGINE_TITLES: Readonly<Record<EngineKind, string>> = {
  chroma: 'Chroma',
  opensearch: 'OpenSearch',
  elasticsearch: 'Elasticsearch',
};

/** What a person fills in. All but the key is kept. */
export interface RemoteSettings extends RemoteTarget {
  readonly address: string;
}

const DEFAULTS: RemoteSettings = {
  kind: 'chroma',
  address: 'http://localhost:8000',
  name: '',
  tenant: 'default_tenant',
  database: 'default_database',
};

/** An engine beyond this machine: off until connected mode is on and the person says so. */
export class RemoteEngine {
  readonly task = new ExchangeTask();
  readonly isAllowed = connectedMode();
  readonly #exchange: Exchange;
  #connected = $state.raw<RemoteSettings | undefined>();
  #there = $state.raw<{ readonly collection: number; readonly state: RemoteState } | undefined>();
  #port: MessagePort | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** What is connected, if anything is. */
  get connected(): RemoteSettings | undefined {
    return this.#connected;
  }

  /** What there is of a collection at the other side, as far as it is known. */
  there(collection: number): RemoteState | undefined {
    return this.#there?.collection === collection ? this.#there.state : undefined;
  }

  /** What was filled in last time; a name is made up for a collection. */
  settingsFor(collection: CollectionInfo): RemoteSettings {
    return { ...readSettings(), name: remoteName(collection.name) };
  }

  /** What is wrong with what was filled in, by field; '' when nothing is. */
  problems({ kind, address, name }: RemoteSettings): { readonly address: string; readonly name: string } {
    const checked = engineAddress(address);
    const isChromaName = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]$/.test(name);
    return {
      address: 'problem' in checked ? checked.problem : '',
      name:
        kind !== 'chroma'
          ? indexNameProblem(name)
          : isChromaName
            ? ''
            : 'At least 3 letters, digits, dots or dashes; the first and the last a letter or a digit.',
    };
  }

  /** Bytes that a push of so many vectors sends, about: base64 makes four of three. */
  bytesToSend({ dim }: CollectionInfo, vectors: number): number {
    return vectors * (Math.ceil((dim * 4) / 3) * 4 + RECORD_BYTES);
  }

  /** Connects, and looks at what is there. */
  async connect(settings: RemoteSettings, key: string, collection: number): Promise<void> {
    const checked = engineAddress(settings.address);
    if ('problem' in checked || !this.isAllowed) return;
    this.disconnect();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    serve<RemoteCarrier>(new PageCarrier(settings.kind, checked.address, key), port1);
    const { kind, name, tenant, database } = settings;
    await this.#exchange.api.connectRemote({ kind, name, tenant, database }, transfer(port2, [port2]));
    localStorage.setItem(STORAGE_KEY, JSON.stringify(settings));
    if (await this.look(collection)) this.#connected = { ...settings, address: checked.address };
    else this.disconnect();
  }

  /** Looks again. @returns whether it could */
  async look(collection: number): Promise<boolean> {
    const state = await this.task.run('Looking at the engine', (options) =>
      this.#exchange.api.remoteState(collection, options),
    );
    if (state !== undefined) this.#there = { collection, state };
    return state !== undefined;
  }

  async push(collection: number, metric: Metric): Promise<PushReport | undefined> {
    const report = await this.task.run('Pushing', (options) =>
      this.#exchange.api.push(collection, metric, options),
    );
    if (report !== undefined) await this.look(collection);
    return report;
  }

  /** Everything there as a new collection. */
  pull(name: string): Promise<CollectionInfo | undefined> {
    return this.task.run('Pulling', (options) => this.#exchange.api.pull(name, options));
  }

  disconnect(): void {
    if (this.#port === undefined) return;
    this.#port.close();
    this.#port = undefined;
    this.#connected = undefined;
    this.#there = undefined;
    void this.#exchange.api.disconnectRemote();
  }

  close(): void {
    this.task.stop();
    this.#port?.close();
  }
}

function readSettings(): RemoteSettings {
  const kept = localStorage.getItem(STORAGE_KEY);
  if (kept === null) return DEFAULTS;
  try {
    const read: unknown = JSON.parse(kept);
    if (typeof read !== 'object' || read === null) return DEFAULTS;
    const merged: Record<keyof RemoteSettings, unknown> = { ...DEFAULTS, ...read };
    const text = (value: unknown, other: string): string => (typeof value === 'string' ? value : other);
    return {
      kind: merged.kind === 'opensearch' || merged.kind === 'elasticsearch' ? merged.kind : 'chroma',
      address: text(merged.address, DEFAULTS.address),
      name: '',
      tenant: text(merged.tenant, DEFAULTS.tenant),
      database: text(merged.database, DEFAULTS.database),
    };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return DEFAULTS; // something else wrote there
    throw thrown;
  }
}
