/*
 * What the two engines' documentation says about a mapping for vectors, as a check that knows nothing of how ours is made.
 * OpenSearch: knn_vector, methods and engines, spaces (docs.opensearch.org, "k-NN vector", "Methods and engines").
 * Elasticsearch: dense_vector (elastic.co, "Dense vector field type").
 */

type Body = Readonly<Record<string, unknown>>;

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const part = (body: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (isBody(at) ? at[key] : undefined), body);
const isWithin = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const unknownKeys = (body: Body, known: readonly string[], where: string): string[] =>
  Object.keys(body)
    .filter((key) => !known.includes(key))
    .map((key) => `${where} has no parameter ${key}`);

const SPACES: Readonly<Record<string, readonly string[]>> = {
  lucene: ['l2', 'cosinesimil', 'innerproduct'],
  faiss: ['l2', 'innerproduct', 'cosinesimil', 'hamming'],
};
const METHODS: Readonly<Record<string, readonly string[]>> = { lucene: ['hnsw'], faiss: ['hnsw', 'ivf'] };
/** Types of the other fields that both engines have. */
const PLAIN_TYPES = ['long', 'integer', 'keyword', 'text', 'float', 'date', 'boolean'];
const GRAPHS = ['hnsw', 'int8_hnsw', 'int4_hnsw', 'bbq_hnsw', 'flat', 'int8_flat', 'int4_flat', 'bbq_flat'];

function ofOpenSearch(field: Body, settings: unknown): string[] {
  const problems = unknownKeys(
    field,
    ['type', 'dimension', 'method', 'space_type', 'data_type', 'mode', 'compression_level', 'model_id'],
    'knn_vector',
  );
  if (part(settings, 'index', 'knn') !== true) problems.push('index.knn must be true for approximate search');
  if (field.type !== 'knn_vector') problems.push('type must be knn_vector');
  if (!isWithin(field.dimension, 1, 16_000)) problems.push('dimension must be 1 to 16,000');
  const { method } = field;
  if (!isBody(method)) return [...problems, 'method must be given'];
  problems.push(...unknownKeys(method, ['name', 'engine', 'space_type', 'parameters'], 'method'));
  const engine = String(method.engine);
  if (engine === 'nmslib') problems.push('the engine nmslib is deprecated and makes no new indexes');
  else if (!(METHODS[engine] ?? []).includes(String(method.name)))
    problems.push(`${engine} has no method ${String(method.name)}`);
  if (!(SPACES[engine] ?? []).includes(String(method.space_type)))
    problems.push(`${engine} has no space_type ${String(method.space_type)}`);
  const parameters = isBody(method.parameters) ? method.parameters : {};
  problems.push(...unknownKeys(parameters, ['m', 'ef_construction', 'encoder', 'ef_search'], 'hnsw'));
  if ('m' in parameters && !isWithin(parameters.m, 2, 100)) problems.push('m must be 2 to 100');
  if ('ef_construction' in parameters && !isWithin(parameters.ef_construction, 1, 3200))
    problems.push('ef_construction must be 1 to 3,200');
  return problems;
}

function ofElasticsearch(field: Body): string[] {
  const problems = unknownKeys(
    field,
    ['type', 'dims', 'index', 'similarity', 'index_options', 'element_type'],
    'dense_vector',
  );
  if (field.type !== 'dense_vector') problems.push('type must be dense_vector');
  if (!isWithin(field.dims, 1, 4096)) problems.push('dims must be 1 to 4,096');
  if (field.index !== true) problems.push('index must be true for the kNN search');
  if (!['l2_norm', 'dot_product', 'cosine', 'max_inner_product'].includes(String(field.similarity)))
    problems.push(`there is no similarity ${String(field.similarity)}`);
  const options = field.index_options;
  if (!isBody(options)) return problems;
  problems.push(
    ...unknownKeys(options, ['type', 'm', 'ef_construction', 'confidence_interval'], 'index_options'),
  );
  if (!GRAPHS.includes(String(options.type))) problems.push(`there is no type ${String(options.type)}`);
  if ('m' in options && !isWithin(options.m, 2, 512)) problems.push('m must be 2 to 512');
  if ('ef_construction' in options && !isWithin(options.ef_construction, 2, 3200))
    problems.push('ef_construction must be 2 to 3,200');
  return problems;
}

/**
 * What an engine would refuse in the body of a request that makes an index with one vector field.
 *
 * @param dialect whose rules
 * @param body the request's, parsed
 * @returns a sentence for each problem, none when it keeps the rules
 */
export function findMappingProblems(dialect: 'opensearch' | 'elasticsearch', body: Body): string[] {
  const problems = unknownKeys(body, ['settings', 'mappings', 'aliases'], 'the request');
  const properties = part(body, 'mappings', 'properties');
  if (!isBody(properties)) return [...problems, 'mappings.properties must be given'];
  const vectors = Object.values(properties).filter(
    (field): field is Body => isBody(field) && !PLAIN_TYPES.includes(String(field.type)),
  );
  const [vector] = vectors;
  if (vector === undefined || vectors.length > 1) return [...problems, 'one vector field is expected'];
  return [
    ...problems,
    ...(dialect === 'opensearch' ? ofOpenSearch(vector, body.settings) : ofElasticsearch(vector)),
  ];
}
