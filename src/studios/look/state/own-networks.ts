import { fail, ok, type Result } from '../../../kernel/result.ts';
import { OwnModelStore, type OwnModel } from '../../../platform/model-store/own.ts';
import type { RecognisedNetwork } from '../worker/protocol-networks.ts';
import type { LookError } from '../worker/protocol.ts';
import type { NetworkFiles } from './network.ts';

/** What is known of a network that a person brought, without its weights. */
export interface OwnNetwork extends Omit<RecognisedNetwork, 'weights'> {
  /** Name of the file that it came in. */
  readonly fileName: string;
  /** Of the kept weights. */
  readonly bytes: number;
}

/** For people: two networks of one kind are told apart by their files. */
export const titleOf = ({ title, fileName }: OwnNetwork): string => `${title} · ${fileName}`;

const MAX_FILE_NAME = 60;

/** The networks that a person brought, kept on this device. */
export class OwnNetworks {
  readonly #store = new OwnModelStore(new URL('own-networks/', document.baseURI));

  async list(): Promise<readonly OwnNetwork[]> {
    const models = await this.#store.list();
    return models.map(toNetwork).sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  }

  /**
   * Keeps a network.
   *
   * @param recognised as the worker read it
   * @param fileName that it came in
   * @returns what is kept, and whether it will be there on the next visit
   */
  async keep(
    { weights, ...about }: RecognisedNetwork,
    fileName: string,
  ): Promise<{ readonly network: OwnNetwork; readonly kept: boolean }> {
    const noted = { ...about, fileName: fileName.slice(0, MAX_FILE_NAME) };
    const kept = await this.#store.keep(about.hash, weights, noted);
    return { network: { ...noted, bytes: weights.byteLength }, kept };
  }

  async files(network: OwnNetwork): Promise<Result<NetworkFiles, LookError>> {
    const { hash, dim } = network;
    const weights = await this.#store.get(hash);
    if (weights !== undefined) return ok({ title: titleOf(network), hash, dim, weights, labels: [] });
    return fail('bad-weights', `The weights of ${titleOf(network)} are not on this device any more.`, {
      hint: 'Choose “Bring your own” under Network and give the same file again.',
      retryable: true,
    });
  }

  remove(hash: string): Promise<void> {
    return this.#store.remove(hash);
  }
}

/** What was noted was written by `keep`, of this version or an earlier one. */
const toNetwork = ({ about, bytes }: OwnModel): OwnNetwork => ({ ...(about as OwnNetwork), bytes });
