import { describe, fail, type StudioError } from '../../../kernel/result.ts';
import { connectWorker, WorkerClosedError, type Connection } from '../../../platform/rpc.ts';
import { startWorker } from '../../../platform/worker-start.ts';
import sheetUrl from '../worker/sheet.worker.ts?worker&url';
import type { SheetApi, SheetLayout } from '../worker/protocol.ts';
import type { ComposeDocument } from './document.svelte.ts';
import { toMusicXml } from './exports.ts';

/** Sheet music of what is on the roll: drawn in a worker, shown as pictures. */
export class Sheet {
  #connection: Promise<Connection<SheetApi> | undefined> | undefined;
  #pages = $state.raw<readonly string[]>([]);
  #paper = $state.raw<readonly string[]>([]);
  #isWorking = $state(false);
  #error = $state.raw<StudioError | undefined>();
  #asked = 0;
  #isClosed = false;

  /** Addresses of the pictures that are shown. */
  get pages(): readonly string[] {
    return this.#pages;
  }
  /** Addresses of the pages to be printed; empty when nothing is. */
  get paper(): readonly string[] {
    return this.#paper;
  }
  get isWorking(): boolean {
    return this.#isWorking;
  }
  get error(): StudioError | undefined {
    return this.#error;
  }

  /**
   * Draws it for the screen; what was asked for before is dropped.
   *
   * @param document the notes
   * @param widthPx there is, CSS pixels
   * @param zoom 1: notes as large as in print
   */
  async draw(document: ComposeDocument, widthPx: number, zoom: number): Promise<void> {
    const asked = (this.#asked += 1);
    this.#isWorking = true;
    const svgs = await this.#engrave(document, { kind: 'screen', widthPx, zoom });
    if (asked !== this.#asked || this.#isClosed) return;
    this.#isWorking = false;
    if (svgs === undefined) return;
    free(this.#pages);
    this.#pages = toAddresses(svgs);
  }

  /** Draws A4 pages, for `paper`. @returns whether they are there */
  async layOut(document: ComposeDocument): Promise<boolean> {
    const svgs = await this.#engrave(document, { kind: 'paper' });
    if (svgs === undefined || this.#isClosed) return false;
    this.clearPaper();
    this.#paper = toAddresses(svgs);
    return true;
  }

  clearPaper(): void {
    free(this.#paper);
    this.#paper = [];
  }

  close(): void {
    this.#isClosed = true;
    free(this.#pages);
    free(this.#paper);
    void this.#connection?.then((connection) => connection?.close());
  }

  async #engrave(document: ComposeDocument, layout: SheetLayout): Promise<readonly string[] | undefined> {
    this.#error = undefined;
    try {
      this.#connection ??= this.#start();
      const connection = await this.#connection;
      if (connection === undefined) {
        this.#connection = undefined;
        return undefined;
      }
      const answer = await connection.api.engrave(await toMusicXml(document).text(), layout);
      if (answer.ok) return answer.value;
      this.#error = answer.error;
    } catch (cause) {
      if (cause instanceof WorkerClosedError) return undefined;
      this.#connection = undefined;
      this.#error = fail('no-engraver', `The sheet music was not drawn: ${describe(cause)}.`, {
        hint: 'Try again.',
        retryable: true,
        cause: describe(cause),
      }).error;
    }
    return undefined;
  }

  async #start(): Promise<Connection<SheetApi> | undefined> {
    const started = await startWorker(sheetUrl, 'sheet');
    if (started.ok) return connectWorker<SheetApi>(started.value);
    this.#error = started.error;
    return undefined;
  }
}

/** As pictures, and not as a part of the page: their styles and names stay in them, and no script in them would run. */
const toAddresses = (svgs: readonly string[]): string[] =>
  svgs.map((svg) => URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' })));

const free = (addresses: readonly string[]): void =>
  addresses.forEach((address) => URL.revokeObjectURL(address));
