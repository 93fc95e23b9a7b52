/**
 * Makes ../fixtures: the network's answer to a made sound, by the package that it comes from.
 *
 *     npm init -y && npm install @spotify/basic-pitch@1.0.1    # in a folder of its own
 *     node PATH/TO/models/basic-pitch/convert/fixtures.mjs PATH/TO/models/basic-pitch
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), 'package.json'));
const tf = require('@tensorflow/tfjs');

const SAMPLE_RATE = 22_050;
const SAMPLES = 43_844;
/** A4, C♯5, E5, and the last two together. */
const NOTES = [
  [0.1, 0.5, 440],
  [0.6, 1.0, 554.37],
  [1.1, 1.5, 659.26],
  [1.55, 1.95, 554.37],
  [1.55, 1.95, 659.26],
];

const sound = new Float32Array(SAMPLES);
for (const [from, to, hertz] of NOTES)
  for (let i = Math.round(from * SAMPLE_RATE); i < Math.min(SAMPLES, to * SAMPLE_RATE); i += 1) {
    const t = i / SAMPLE_RATE - from;
    const loud = Math.min(1, t / 0.02) * Math.exp(-1.5 * t) * 0.2;
    for (let harmonic = 1; harmonic <= 5; harmonic += 1)
      sound[i] += (loud / harmonic) * Math.sin(2 * Math.PI * hertz * harmonic * t);
  }

const weights = readFileSync(join(folder, 'group1-shard1of1.bin'));
const { modelTopology, weightsManifest, signature } = JSON.parse(
  readFileSync(join(folder, 'model.json'), 'utf8'),
);
const network = await tf.loadGraphModel(
  tf.io.fromMemory({
    modelTopology,
    signature,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  }),
);
const [notes, onsets] = network.execute(tf.tensor(sound, [1, SAMPLES, 1]), ['Identity_1', 'Identity_2']);
const write = (name, values) => writeFileSync(join(folder, 'fixtures', name), new Uint8Array(values.buffer));
write('sound.f32.bin', sound);
write('notes.f32.bin', notes.dataSync());
write('onsets.f32.bin', onsets.dataSync());
