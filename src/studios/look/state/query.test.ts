import { describe, expect, it } from 'vitest';
import {
  fromParameters,
  idOf,
  NO_QUERY,
  toParameters,
  withItems,
  without,
  type Query,
  type QueryItem,
} from './query.ts';

const picture = (id: number): QueryItem => ({ kind: 'picture', key: String(id), id });
const nothing = new Map<string, QueryItem>();

describe('query', () => {
  it('comes back from the address as it was', () => {
    const query = { like: [picture(3), picture(1)], unlike: [picture(7)] };
    const parameters = new URLSearchParams(toParameters(2, query));
    expect(fromParameters(parameters, nothing)).toEqual({ query, lost: 0 });
    expect(idOf(query)).toBe('3,1-7');
  });

  it('counts the pictures from outside that are not known any more', () => {
    const parameters = new URLSearchParams({ like: '3,xabc', unlike: 'xdef' });
    expect(fromParameters(parameters, nothing)).toEqual({
      query: { like: [picture(3)], unlike: [] },
      lost: 2,
    });
  });

  it('takes a picture once from an address, and on one side', () => {
    const { query } = fromParameters(new URLSearchParams({ like: '2,2,5', unlike: '5,3,3' }), nothing);
    expect(query).toEqual({ like: [picture(2), picture(5)], unlike: [picture(3)] });
  });

  it('takes several pictures at once, each on one side only', () => {
    const two = withItems({ like: [picture(1)], unlike: [] }, [picture(2), picture(3)], 'unlike');
    expect(idOf(two)).toBe('1-2,3');
    expect(idOf(withItems(two, [picture(3)], 'like'))).toBe('1,3-2');
  });

  it('is never against pictures alone', () => {
    const query = { like: [picture(1)], unlike: [picture(2)] };
    expect(withItems(query, [picture(1)], 'unlike')).toBe(query);
    expect(without(query, '1')).toBe(NO_QUERY);
    expect(idOf(without(query, '2'))).toBe('1');
  });
});

describe('a query that is not for pictures', () => {
  it('comes back from the address as it was, and has an id of its own', () => {
    const queries: [Query, string][] = [
      [{ ...NO_QUERY, about: { kind: 'words', text: 'running shoe, hat' } }, 'words:running shoe, hat'],
      [{ ...NO_QUERY, about: { kind: 'class', index: 0 } }, 'class:0'],
      [{ ...NO_QUERY, about: { kind: 'name', id: 3 } }, 'name:3'],
    ];
    for (const [query, id] of queries) {
      const parameters = new URLSearchParams(toParameters(2, query));
      expect(fromParameters(parameters, nothing)).toEqual({ query, lost: 0 });
      expect(idOf(query)).toBe(id);
    }
  });

  it('gives way to pictures, and takes nothing for nothing', () => {
    const read = (parameters: Record<string, string>): Query =>
      fromParameters(new URLSearchParams(parameters), nothing).query;
    expect(read({ like: '3', words: 'shoe' }).about).toBeUndefined();
    expect(read({ like: 'xgone', words: 'shoe' }).about).toBeUndefined();
    expect(read({ words: '  ' })).toEqual(NO_QUERY);
    expect(read({ class: '1000' })).toEqual(NO_QUERY);
    expect(read({ class: '-1', name: 'x' })).toEqual(NO_QUERY);
    const words = read({ words: 'x'.repeat(900) }).about;
    expect(words?.kind === 'words' ? words.text.length : 0).toBe(200);
  });

  it('becomes one for pictures when one is liked, and stays when one is not', () => {
    const query: Query = { ...NO_QUERY, about: { kind: 'name', id: 3 } };
    expect(withItems(query, [picture(1)], 'like')).toEqual({ like: [picture(1)], unlike: [] });
    expect(withItems(query, [picture(1)], 'unlike')).toBe(query);
  });
});
