import { describe, expect, it } from 'vitest';
import {
  bulkLines,
  figureOfScore,
  indexBody,
  indexNameProblem,
  remoteName,
  searchedDocuments,
  searchText,
} from './opensearch.ts';
import { findMappingProblems } from './testing/mapping-rules.ts';

const DIALECTS = ['opensearch', 'elasticsearch'] as const;
const METRICS = ['cosine', 'euclidean'] as const;
const PICTURE = { id: 7, name: 'a "b"\n.jpg', hash: 'f'.repeat(64), bytes: 2 ** 33, width: 4, height: 3 };

describe('indexBody', () => {
  for (const dialect of DIALECTS)
    it.each(METRICS)(`keeps the published rules of ${dialect}, by %s`, (metric) => {
      for (const dim of [1, 1280, 2048, 4096])
        expect(findMappingProblems(dialect, indexBody(dialect, dim, metric))).toEqual([]);
    });

  it('refuses vectors that the engine would refuse', () => {
    expect(() => indexBody('elasticsearch', 4097, 'cosine')).toThrow(/at most 4096/);
    expect(() => indexBody('opensearch', 16_001, 'cosine')).toThrow(/at most 16000/);
    expect(findMappingProblems('opensearch', indexBody('opensearch', 16_000, 'euclidean'))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const of = (dialect: 'opensearch' | 'elasticsearch', change: Record<string, unknown>): string[] => {
    const body = structuredClone(indexBody(dialect, 8, 'cosine'));
    const { properties } = body.mappings as { properties: { embedding: Record<string, unknown> } };
    Object.assign(properties.embedding, change);
    return findMappingProblems(dialect, body);
  };
  const method = { name: 'hnsw', engine: 'lucene', space_type: 'l2', parameters: {} };

  it.each([
    [{ dimension: 0 }, /dimension/],
    [{ dimension: 16_001 }, /dimension/],
    [{ method: { ...method, engine: 'nmslib' } }, /deprecated/],
    [{ method: { ...method, name: 'ivf' } }, /lucene has no method ivf/],
    [{ method: { ...method, space_type: 'cosine' } }, /space_type/],
    [{ method: { ...method, parameters: { m: 1 } } }, /m must/],
    [{ method: { ...method, parameters: { links: 16 } } }, /links/],
    [{ colour: 'red' }, /colour/],
  ])('find what is wrong for OpenSearch: %j', (change, problem) => {
    expect(of('opensearch', change).join()).toMatch(problem);
  });

  it.each([
    [{ dims: 4097 }, /dims/],
    [{ similarity: 'cosinesimil' }, /similarity/],
    [{ index: false }, /index/],
    [{ index_options: { type: 'hnsw', m: 600 } }, /m must/],
    [{ index_options: { type: 'ivf' } }, /type/],
  ])('find what is wrong for Elasticsearch: %j', (change, problem) => {
    expect(of('elasticsearch', change).join()).toMatch(problem);
  });

  it('need the setting without which OpenSearch builds no graph', () => {
    const { mappings } = indexBody('opensearch', 8, 'cosine');
    expect(findMappingProblems('opensearch', { mappings }).join()).toMatch(/index\.knn/);
  });
});

describe('bulkLines', () => {
  it('is an action and a document, each JSON in one line', () => {
    const vector = Float32Array.of(0.1, -2, 0);
    const lines = bulkLines(PICTURE, vector).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('');
    expect(JSON.parse(lines[0] ?? '')).toEqual({ index: { _id: '7' } });
    const { embedding, ...fields } = JSON.parse(lines[1] ?? '') as { embedding: number[] };
    expect(fields).toEqual(PICTURE);
    expect(Float32Array.from(embedding)).toEqual(vector);
    const { mappings } = indexBody('opensearch', 3, 'cosine') as { mappings: { properties: object } };
    expect(Object.keys(mappings.properties).toSorted()).toEqual(
      [...Object.keys(fields), 'embedding'].toSorted(),
    );
  });
});

describe('searchText', () => {
  const query = Float32Array.of(1, 0.5);
  it('asks each engine in its own words', () => {
    expect(JSON.parse(searchText('opensearch', query, 12))).toEqual({
      size: 12,
      _source: ['hash'],
      query: { knn: { embedding: { vector: [1, 0.5], k: 12 } } },
    });
    expect(JSON.parse(searchText('elasticsearch', query, 50))).toEqual({
      size: 50,
      _source: ['hash'],
      knn: { field: 'embedding', query_vector: [1, 0.5], k: 50, num_candidates: 200 },
    });
  });

  it('asks for no more than the engines allow', () => {
    const body = JSON.parse(searchText('elasticsearch', query, 20_000)) as Record<string, unknown>;
    expect(body).toMatchObject({ size: 10_000, knn: { k: 10_000, num_candidates: 10_000 } });
  });
});

describe('answers', () => {
  it('are read in their order', () => {
    const hits = [
      { _id: '3', _score: 0.9, _source: { hash: 'aa' } },
      { _id: '1', _score: 0.5 },
    ];
    expect(searchedDocuments({ took: 1, hits: { hits } })).toEqual([
      { id: '3', score: 0.9, hash: 'aa' },
      { id: '1', score: 0.5, hash: '' },
    ]);
  });

  it.each([[null], [{}], [{ hits: 3 }], [{ hits: { hits: [{ _id: 1, _score: 2 }] } }], [{ error: 'no' }]])(
    'of another kind are none: %j',
    (answer) => {
      expect(searchedDocuments(answer)).toBeUndefined();
    },
  );

  it('give the figures of the measure', () => {
    expect(figureOfScore('cosine', 1)).toBe(1);
    expect(figureOfScore('cosine', 0.25)).toBe(-0.5);
    expect(figureOfScore('euclidean', 1)).toBe(0);
    expect(figureOfScore('euclidean', 1 / 26)).toBeCloseTo(5, 12);
  });
});

describe('names', () => {
  it.each(['', 'Look', 'a b', '-a', '_a', '.a', 'a/b', 'a*', 'a,b', 'x'.repeat(256)])(
    'refuse “%s”',
    (name) => {
      expect(indexNameProblem(name)).not.toBe('');
    },
  );

  it('are made of anything', () => {
    const made = ['Photos of Ängström 2024!', '写真', '', 'look-a', `${'long '.repeat(40)}`].map(remoteName);
    expect(made.slice(0, 4)).toEqual([
      'look-photos-of-a-ngstro-m-2024',
      'look-pictures',
      'look-pictures',
      'look-look-a',
    ]);
    for (const name of made) expect([indexNameProblem(name), name.length <= 60]).toEqual(['', true]);
  });
});
