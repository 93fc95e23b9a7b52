/** Reads networks that people bring, so that a hundred megabytes of weights do not hold up the page. */
import { serve, transfer } from '../../../platform/rpc.ts';
import type { NetworksApi } from './protocol-networks.ts';
import { recognise } from './recognise.ts';

const api: NetworksApi = {
  async recognise(files, options) {
    const found = await recognise(files, options);
    return found.ok ? transfer(found, [found.value.weights]) : found;
  },
};

serve(api);
