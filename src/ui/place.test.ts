import { describe, expect, it } from 'vitest';
import { parsePlace, writePlace } from './place.ts';

describe('parsePlace', () => {
  it.each([
    ['', '/'],
    ['#', '/'],
    ['#/', '/'],
    ['#look', '/look'],
    ['#/look', '/look'],
    ['#/look/', '/look'],
    ['#/look?query=4', '/look'],
  ])('%s is at %s', (hash, path) => {
    expect(parsePlace(hash).path).toBe(path);
  });

  it('keeps what follows the first question mark', () => {
    expect(parsePlace('#/look?name=a%3Fb&query=4').query.get('name')).toBe('a?b');
  });
});

describe('writePlace', () => {
  it('is read back as it was written', () => {
    const place = parsePlace(writePlace('/look', { name: 'a & b', query: '4' }));
    expect(place.path).toBe('/look');
    expect([...place.query]).toEqual([
      ['name', 'a & b'],
      ['query', '4'],
    ]);
  });
});
