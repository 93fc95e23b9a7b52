import { fail, ok, type Result, type StudioError } from '../../kernel/result.ts';

export type ModelErrorCode =
  | 'model-unreachable'
  | 'model-missing'
  | 'model-interrupted'
  | 'model-damaged'
  | 'model-manifest'
  | 'cancelled';
export type ModelResult<T> = Result<T, StudioError<ModelErrorCode>>;

export interface ModelFile {
  /** Inside the model's folder, e.g. `weights.safetensors`. */
  readonly path: string;
  readonly bytes: number;
  /** 64 lowercase hexadecimal digits. */
  readonly sha256: string;
}

/** The part of `models/<name>/manifest.json` that the store relies on; studios read more from `raw`. */
export interface ModelManifest {
  readonly name: string;
  readonly version: string;
  /** For people, e.g. `EfficientNet-Lite1`. */
  readonly title: string;
  readonly files: readonly ModelFile[];
  readonly raw: unknown;
}

/** No model of this site is near it; a manifest that says more is broken. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_FILES = 64;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSafePath = (path: string): boolean =>
  /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,200}$/.test(path) &&
  !path.split('/').some((part) => part === '..' || part === '');

function readFile(value: unknown): ModelFile | undefined {
  if (!isRecord(value)) return undefined;
  const { path, bytes, sha256 } = value;
  if (typeof path !== 'string' || !isSafePath(path)) return undefined;
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 1 || bytes > MAX_BYTES)
    return undefined;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { path, bytes, sha256 };
}

/**
 * Reads a manifest, which comes from the network and is believed in nothing.
 *
 * @param text the JSON
 * @param name the model asked for
 * @returns the manifest, or what is wrong with it
 */
export function readManifest(text: string, name: string): ModelResult<ModelManifest> {
  const wrong = (what: string): ModelResult<ModelManifest> =>
    fail('model-manifest', `The manifest of the model “${name}” is not usable: ${what}.`, {
      hint: 'The site may be incomplete; reload it, or tell whoever hosts it.',
      retryable: true,
    });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return wrong('it is not JSON');
  }
  if (!isRecord(raw)) return wrong('it is not an object');
  if (raw.name !== name) return wrong(`it belongs to “${String(raw.name)}”`);
  if (typeof raw.version !== 'string') return wrong('it has no version');
  if (!Array.isArray(raw.files) || raw.files.length === 0 || raw.files.length > MAX_FILES)
    return wrong('it lists no files');
  const files: ModelFile[] = [];
  for (const entry of raw.files) {
    const file = readFile(entry);
    if (file === undefined) return wrong(`file ${files.length + 1} has no sound path, length and sha256`);
    files.push(file);
  }
  const title = typeof raw.title === 'string' ? raw.title : name;
  return ok({ name, version: raw.version, title, files, raw });
}
