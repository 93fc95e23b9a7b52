import createLibrary, { type Decoder, type SoundSwallowerModule } from 'soundswallower';
import type { DecodedWord } from '../engine/phrases-heard.ts';
import type { ModelFiles } from './protocol.ts';

/** What the decoder listens to, Hz; the models themselves hear up to 3,700 Hz. */
export const SAMPLE_RATE = 16_000;
/** Of the decoder's features. */
const FRAMES_A_SECOND = 100;
/** Wider than its own: phrases of a grammar this small are found late. */
const BEAMS = { beam: 1e-60, wbeam: 1e-40, pbeam: 1e-60 } as const;

/**
 * The functions of the compiled library that its own `initialize` calls. It fetches files by address; here they come from
 * the model store, checked, so the same steps are taken with bytes.
 */
interface Library extends SoundSwallowerModule {
  _s3file_init(address: number, bytes: number): number;
  _s3file_free(file: number): void;
  _decoder_init_cleanup(decoder: number): number;
  _decoder_init_fe(decoder: number): number;
  _decoder_init_feat_s3file(decoder: number, lda: number): number;
  _decoder_init_acmod_pre(decoder: number): number;
  _decoder_init_acmod_post(decoder: number): number;
  _bin_mdef_read_s3file(file: number, ciOnly: number): number;
  _set_mdef(decoder: number, definition: number): void;
  _decoder_logmath(decoder: number): number;
  _tmat_init_s3file(file: number, logmath: number, floor: number): number;
  _set_tmat(decoder: number, matrices: number): void;
  _load_gmm(decoder: number, means: number, variances: number, mixtures: number, dump: number): number;
  _decoder_init_dict_s3file(decoder: number, dictionary: number, fillers: number): number;
}
interface OpenDecoder extends Decoder {
  cdecoder: number;
}

/** Starts the library. */
export const startLibrary = createLibrary as unknown as () => Promise<SoundSwallowerModule>;

/** @throws when a step of the library fails */
function done(step: string, answer: number): number {
  if (answer <= 0 && step !== '') throw new Error(`soundswallower: ${step} failed`);
  return answer;
}
function went(step: string, answer: number): void {
  if (answer < 0) throw new Error(`soundswallower: ${step} failed`);
}

/**
 * A decoder with a model and a dictionary, without a grammar. To be deleted.
 *
 * @param module the started library
 * @param files of the model
 * @param dictionary words and their phones, one a line
 * @throws when the model is not one
 */
export function makeDecoder(module: SoundSwallowerModule, files: ModelFiles, dictionary: string): Decoder {
  const library = module as Library;
  const decoder = new library.Decoder({ samprate: SAMPLE_RATE, loglevel: 'FATAL', ...BEAMS }) as OpenDecoder;
  try {
    initialise(library, decoder, files, dictionary);
    return decoder;
  } catch (thrown) {
    decoder.delete();
    throw thrown;
  }
}

function initialise(library: Library, decoder: OpenDecoder, files: ModelFiles, dictionary: string): void {
  const open = (bytes: Uint8Array): number => {
    // One byte more: the library reads text up to a zero.
    const address = library._malloc(bytes.length + 1);
    library.HEAPU8.set(bytes, address);
    library.HEAPU8[address + bytes.length] = 0;
    return done('memory', library._s3file_init(address, bytes.length));
  };
  const file = (name: string): number => {
    const bytes = files[name];
    if (bytes === undefined) throw new Error(`the model has no ${name}`);
    return open(new Uint8Array(bytes));
  };
  const self = decoder.cdecoder;
  const settings: unknown = JSON.parse(new TextDecoder().decode(files['feat_params.json']));
  for (const [key, value] of Object.entries(settings as Record<string, string | number>))
    if (decoder.has_config(key)) decoder.set_config(key, value);
  went('clean-up', library._decoder_init_cleanup(self));
  done('front end', library._decoder_init_fe(self));
  done('features', library._decoder_init_feat_s3file(self, 0));
  done('acoustic model', library._decoder_init_acmod_pre(self));
  const definition = file('mdef');
  library._set_mdef(self, done('mdef', library._bin_mdef_read_s3file(definition, 0)));
  library._s3file_free(definition);
  const matrices = file('transition_matrices');
  const floor = Number(decoder.get_config('tmatfloor'));
  library._set_tmat(
    self,
    done('transitions', library._tmat_init_s3file(matrices, library._decoder_logmath(self), floor)),
  );
  library._s3file_free(matrices);
  went('mixtures', library._load_gmm(self, file('means'), file('variances'), 0, file('sendump')));
  went('scoring', library._decoder_init_acmod_post(self));
  const text = open(new TextEncoder().encode(dictionary));
  done('dictionary', library._decoder_init_dict_s3file(self, text, file('noisedict.txt')));
  decoder.initialized = true;
}

/**
 * The best path of a decoder through its grammar.
 *
 * @param decoder with a grammar
 * @param samples [N] float32, mono, `SAMPLE_RATE`
 * @returns its words in order; none when it found no way through
 */
export function decode(decoder: Decoder, samples: Float32Array): DecodedWord[] {
  decoder.start();
  decoder.process_audio(samples, false, true);
  decoder.stop();
  const { w: words = [] } = decoder.get_alignment();
  return words.map(({ t, d, p }) => ({
    id: t,
    sec: Math.round(d * FRAMES_A_SECOND) / FRAMES_A_SECOND,
    logFit: Math.log(Math.max(p, Number.MIN_VALUE)),
  }));
}
