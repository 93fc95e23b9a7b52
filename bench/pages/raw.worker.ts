import { loadNetwork, rawPasses } from './forward.ts';

onmessage = ({ data }: MessageEvent<number>) => {
  void rawPasses(data).then((milliseconds) => postMessage(milliseconds));
};
await loadNetwork();
postMessage('ready');
