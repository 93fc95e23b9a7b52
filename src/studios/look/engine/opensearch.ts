import { vectorText } from './vector-text.ts';
import type { Metric } from './vector-index.ts';

/** The two engines of that family; they share `_bulk` and `_search`, not the vector field. */
export type SearchDialect = 'opensearch' | 'elasticsearch';

/** Field of a document that holds its vector. */
export const VECTOR_FIELD = 'embedding';
/** What each engine takes at most: docs of `knn_vector` (Lucene engine) and of `dense_vector`. */
export const MAX_DIM: Readonly<Record<SearchDialect, number>> = { opensearch: 16_000, elasticsearch: 4_096 };
/** Links a node, and candidates while the graph is built: those of the graph of the tab. */
const LINKS = 16;
const EF_CONSTRUCTION = 200;
/** Most hits and candidates a search may ask for, of both engines. */
const MAX_CANDIDATES = 10_000;

/** What is written of a picture beside its vector. */
export interface ExportedPicture {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
}

const FIELDS = {
  id: { type: 'long' },
  name: { type: 'keyword', ignore_above: 8191 },
  hash: { type: 'keyword' },
  bytes: { type: 'long' },
  width: { type: 'integer' },
  height: { type: 'integer' },
} as const;

/**
 * The body of the request that makes the index: settings and mapping.
 *
 * @param dialect whose
 * @param dim numbers in a vector
 * @param metric the measure that its graph is built for
 * @returns an object to be written as JSON
 * @throws RangeError when the engine takes no vectors that long
 * @see https://docs.opensearch.org/latest/mappings/supported-field-types/knn-methods-engines/
 * @see https://www.elastic.co/guide/en/elasticsearch/reference/8.14/dense-vector.html
 */
export function indexBody(dialect: SearchDialect, dim: number, metric: Metric): Record<string, unknown> {
  if (dim > MAX_DIM[dialect])
    throw new RangeError(
      `vectors of ${dim} numbers are too long for it: it takes at most ${MAX_DIM[dialect]}`,
    );
  const isCosine = metric === 'cosine';
  const field =
    dialect === 'opensearch'
      ? {
          type: 'knn_vector',
          dimension: dim,
          method: {
            name: 'hnsw',
            engine: 'lucene',
            space_type: isCosine ? 'cosinesimil' : 'l2',
            parameters: { m: LINKS, ef_construction: EF_CONSTRUCTION },
          },
        }
      : {
          type: 'dense_vector',
          dims: dim,
          index: true,
          similarity: isCosine ? 'cosine' : 'l2_norm',
          index_options: { type: 'hnsw', m: LINKS, ef_construction: EF_CONSTRUCTION },
        };
  return {
    ...(dialect === 'opensearch' ? { settings: { index: { knn: true } } } : {}),
    mappings: { dynamic: false, properties: { ...FIELDS, [VECTOR_FIELD]: field } },
  };
}

/**
 * The two lines of `_bulk` for a picture. The index is named by the request's address, not here.
 *
 * @param picture what is known of it; its id becomes the document's
 * @param vector [D] float32, finite
 * @returns an action line and a document line, both ended by a line feed
 */
export function bulkLines(picture: ExportedPicture, vector: Float32Array): string {
  const { id, name, hash, bytes, width, height } = picture;
  const fields = JSON.stringify({ id, name, hash, bytes, width, height }).slice(0, -1);
  return `{"index":{"_id":"${id}"}}\n${fields},"${VECTOR_FIELD}":[${vectorText(vector, ',')}]}\n`;
}

/**
 * The body of a live query.
 *
 * @param dialect whose
 * @param query [D] float32, finite
 * @param k how many, ≥ 1
 * @returns JSON for `POST <index>/_search`
 */
export function searchText(dialect: SearchDialect, query: Float32Array, k: number): string {
  const size = Math.min(k, MAX_CANDIDATES);
  const vector = `[${vectorText(query, ',')}]`;
  const knn =
    dialect === 'opensearch'
      ? `"query":{"knn":{"${VECTOR_FIELD}":{"vector":${vector},"k":${size}}}}`
      : `"knn":{"field":"${VECTOR_FIELD}","query_vector":${vector},"k":${size},"num_candidates":${Math.min(
          MAX_CANDIDATES,
          Math.max(100, 4 * size),
        )}}`;
  return `{"size":${size},"_source":["hash"],${knn}}`;
}

/** An answer of `_search`: a document's id and the engine's own score, higher is nearer. */
export interface SearchedDocument {
  readonly id: string;
  readonly score: number;
  readonly hash: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/**
 * Reads the answer of `_search`.
 *
 * @param answer parsed JSON
 * @returns the documents, in the engine's order; undefined when it is no such answer
 */
export function searchedDocuments(answer: unknown): readonly SearchedDocument[] | undefined {
  const hits = isRecord(answer) && isRecord(answer.hits) ? answer.hits.hits : undefined;
  if (!Array.isArray(hits)) return undefined;
  const documents: SearchedDocument[] = [];
  for (const hit of hits as unknown[]) {
    if (!isRecord(hit) || typeof hit._id !== 'string' || typeof hit._score !== 'number') return undefined;
    const hash = isRecord(hit._source) && typeof hit._source.hash === 'string' ? hit._source.hash : '';
    documents.push({ id: hit._id, score: hit._score, hash });
  }
  return documents;
}

/**
 * The figure of the measure from a score of these engines, which make it positive: (1 + cosine) / 2, and 1 / (1 + d²).
 *
 * @param metric the index's
 * @param score of `_search`
 * @returns cosine similarity, or Euclidean distance
 */
export const figureOfScore = (metric: Metric, score: number): number =>
  metric === 'cosine' ? 2 * score - 1 : Math.sqrt(Math.max(0, 1 / score - 1));

/**
 * What is wrong with a name of an index. Both engines share these rules.
 *
 * @param name what the person typed
 * @returns one sentence; empty when nothing is wrong
 */
export function indexNameProblem(name: string): string {
  if (name === '') return 'A name is needed.';
  if (name.length > 255) return 'It is longer than 255 characters.';
  if (name !== name.toLowerCase()) return 'It must be in lower case.';
  if (/^[-_+.]/.test(name)) return 'It must not begin with -, _, + or a dot.';
  if (/[\\/*?"<>| ,#:]/.test(name)) return 'It must not contain spaces or any of \\ / * ? " < > | , # :';
  return '';
}

/**
 * A name for an index or a remote collection from what a person calls the collection.
 *
 * @param name any text
 * @returns 3 to 60 characters of a–z, 0–9 and -, which every engine takes
 */
export function remoteName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
    .replace(/-+$/, '');
  return `look-${plain === '' ? 'pictures' : plain}`;
}
