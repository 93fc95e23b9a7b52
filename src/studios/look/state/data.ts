import { ok, type Result } from '../../../kernel/result.ts';
import type { Connection, TaskOptions } from '../../../platform/rpc.ts';
import type { StudioData, StoredPart } from '../../../platform/studio.ts';
import type { GraphWorkerApi } from '../worker/protocol-graph.ts';
import type { LibraryApi } from '../worker/protocol.ts';
import { notHere } from './keeping.svelte.ts';
import { siteNetworks } from './network.ts';
import { OwnNetworks, type OwnNetwork } from './own-networks.ts';
import { startGraph, startLibrary } from './start-workers.ts';

/** What Look stores, for the device page: the same library worker, without the page of Look. */
class LookData implements StudioData {
  readonly #library: Connection<LibraryApi>;
  readonly #graph: Connection<GraphWorkerApi> | undefined;
  readonly #networks = new OwnNetworks();
  /** What the last `deleteAll` took. */
  #forgotten: { readonly network: OwnNetwork; readonly weights: ArrayBuffer }[] = [];

  constructor(library: Connection<LibraryApi>, graph: Connection<GraphWorkerApi> | undefined) {
    this.#library = library;
    this.#graph = graph;
  }

  async stored(): Promise<Result<readonly StoredPart[]>> {
    const bytes = await this.#library.api.storedBytes();
    if (!bytes.ok) return bytes;
    const { vectors, thumbnails, graphs, maps, pictures, trash } = bytes.value;
    return ok([
      { name: 'Vectors', bytes: vectors },
      { name: 'Thumbnails', bytes: thumbnails },
      { name: 'Graphs', bytes: graphs },
      { name: 'Maps', bytes: maps },
      { name: 'Names and sizes', bytes: pictures },
      { name: 'In the trash', bytes: trash, isTrash: true },
    ]);
  }

  save(options?: TaskOptions): Promise<Result<Blob>> {
    return this.#library.api.save(options);
  }

  async open(file: Blob, options?: TaskOptions): Promise<Result<string>> {
    const added = await this.#library.api.restore(file, options);
    if (!added.ok) return added;
    const said = `Look: added ${added.value.map(({ name, count }) => `“${name}” (${count})`).join(', ')}.`;
    const site = await siteNetworks();
    const own = await this.#networks.list();
    const here = new Set([...(site ?? []), ...own].map(({ hash }) => hash));
    const missing = site === undefined ? [] : added.value.filter(({ network }) => !here.has(network));
    return ok([said, ...missing.map(notHere)].join(' '));
  }

  /** The networks that a person brought go too; `undoDelete` brings them back while this is open. */
  async deleteAll(): Promise<Result<number | undefined>> {
    const deleted = await this.#library.api.deleteAll();
    if (!deleted.ok) return deleted;
    this.#forgotten = [];
    for (const network of await this.#networks.list()) {
      const files = await this.#networks.files(network);
      if (files.ok) this.#forgotten.push({ network, weights: files.value.weights });
      await this.#networks.remove(network.hash);
    }
    return deleted;
  }

  async undoDelete(key: number): Promise<Result<void>> {
    const back = await this.#library.api.undoDelete(key);
    if (!back.ok) return back;
    for (const { network, weights } of this.#forgotten.splice(0)) {
      const { fileName, ...about } = network;
      await this.#networks.keep({ ...about, weights }, fileName);
    }
    return ok(undefined);
  }

  emptyTrash(): Promise<Result<void>> {
    return this.#library.api.forgetDeleted();
  }

  close(): void {
    this.#library.close();
    this.#graph?.close();
  }
}

/** Opens Look's store. @throws Error when it cannot be opened */
export async function openLookData(): Promise<StudioData> {
  const started = await startLibrary();
  if (!started.ok) throw new Error(started.error.message);
  const opened = await started.value.api.open();
  if (!opened.ok) {
    started.value.close();
    throw new Error(opened.error.message);
  }
  return new LookData(started.value, await startGraph(started.value));
}
