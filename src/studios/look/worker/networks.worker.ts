/** Reads networks that people bring, so that a hundred megabytes of weights do not hold up the page. */
import { serve, transfer } from '../../../platform/rpc.ts';
import { useWasm } from '../../../platform/tf-backend.ts';
import type { NetworksApi } from './protocol-networks.ts';
import { recognise } from './recognise.ts';

const api: NetworksApi = {
  async recognise(files, choice, options) {
    const found = await recognise(files, choice, { ...options, startBackend: useWasm });
    return found.ok && 'weights' in found.value ? transfer(found, [found.value.weights]) : found;
  },
};

serve(api);
