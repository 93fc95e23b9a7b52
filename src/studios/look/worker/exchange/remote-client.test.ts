import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../../kernel/result.ts';
import { ChromaApi } from './chroma-api.ts';
import { searchDocuments } from './remote-engine.ts';
import { RemoteClient, type Send } from './remote-client.ts';

const answering =
  (status: number, body: string): Send =>
  () =>
    Promise.resolve(ok({ status, body: new TextEncoder().encode(body).buffer }));
const clientOf = (status: number, body: string): RemoteClient => new RemoteClient(answering(status, body));
const QUERY = Float32Array.of(1, 2);

describe('RemoteClient', () => {
  it.each([
    [
      400,
      '{"error":"InvalidArgumentError","message":"expecting dimension of 4"}',
      /400: expecting dimension of 4\./,
    ],
    [
      404,
      '{"error":{"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}',
      /404: no such/,
    ],
    [500, '<html>Bad gateway</html>', /answered with 500\.$/],
    [403, '{"error":"Forbidden"}', /403: Forbidden\./],
  ])('says what a server says: %i %s', async (status, body, message) => {
    const asking = clientOf(status, body).ask('GET', '/');
    await expect(asking).rejects.toMatchObject({ code: 'remote-refused', status, message });
    await expect(asking).rejects.toMatchObject({ hint: status === 400 ? '' : /.+/ });
  });

  it('passes on why nothing could be sent, and sends nothing once it is stopped', async () => {
    let sent = 0;
    const client = new RemoteClient(() => {
      sent += 1;
      return Promise.resolve(fail('remote-unreachable', 'nobody there', { hint: 'look again' }));
    });
    await expect(client.ask('GET', '/')).rejects.toMatchObject({
      code: 'remote-unreachable',
      message: 'nobody there',
      hint: 'look again',
    });
    await expect(client.ask('GET', '/', undefined, AbortSignal.abort())).rejects.toThrow(/abort/i);
    expect(sent).toBe(1);
  });
});

describe('what is no such engine', () => {
  it.each(['<html>a wiki</html>', '{"cluster_name":"x"}', 'null', '[]'])('is no Chroma: %s', async (body) => {
    const api = new ChromaApi(clientOf(200, body), { tenant: 't', database: 'd' });
    await expect(api.version()).rejects.toMatchObject({ code: 'remote-unreachable', message: /no Chroma/ });
    await expect(api.find('x')).rejects.toThrow(/no Chroma/);
  });

  it.each(['<html></html>', '{"hits":1}'])('is no OpenSearch: %s', async (body) => {
    await expect(searchDocuments(clientOf(200, body), 'opensearch', 'x', QUERY, 3)).rejects.toMatchObject({
      code: 'remote-unreachable',
      message: /no OpenSearch/,
    });
  });
});

describe('OpenSearch', () => {
  it('is asked at the index’s address, and answers in its order', async () => {
    const asked: string[] = [];
    const client = new RemoteClient((request) => {
      asked.push(`${request.method} ${request.path} ${new TextDecoder().decode(request.body)}`);
      return answering(200, '{"hits":{"hits":[{"_id":"4","_score":0.9,"_source":{"hash":"aa"}}]}}')(request);
    });
    expect(await searchDocuments(client, 'opensearch', 'look-a', QUERY, 3)).toEqual([
      { id: '4', score: 0.9, hash: 'aa' },
    ]);
    expect(asked).toEqual([
      'POST /look-a/_search {"size":3,"_source":["hash"],"query":{"knn":{"embedding":{"vector":[1,2],"k":3}}}}',
    ]);
  });
});
