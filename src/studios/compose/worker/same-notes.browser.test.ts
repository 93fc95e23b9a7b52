/** The tab makes the notes that Node makes: same-notes.test.ts. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import manifest from '../../../../models/ar-cnn/manifest.json' with { type: 'json' };
import weightsUrl from '../../../../models/ar-cnn/weights.safetensors?url';
import { useWasm } from '../../../platform/tf-backend.ts';
import { createArCnn } from '../engine/model.ts';
import { readShape } from '../engine/network-shape.ts';
import { sameNotes } from './testing/same-notes.ts';
import kept from './fixtures/same-notes.json' with { type: 'json' };

it('the tab makes the kept notes', async () => {
  await useWasm();
  const weights = await (await fetch(weightsUrl)).arrayBuffer();
  const model = createArCnn(weights, readShape(manifest));
  const notes = await sameNotes((cells) => model.logitsOf(cells));
  model.dispose();
  expect(notes).toEqual(kept);
  expect(tf.memory().numTensors).toBe(0);
});
