import { describe, expect, it } from 'vitest';
import { engineAddress, PageCarrier } from './remote-carrier.ts';

describe('engineAddress', () => {
  it.each([
    ['https://search.example.org/', 'https://search.example.org'],
    [' http://localhost:8000/ ', 'http://localhost:8000'],
    ['http://127.0.0.1:9200/under/this//', 'http://127.0.0.1:9200/under/this'],
  ])('takes %s', (text, address) => {
    expect(engineAddress(text)).toEqual({ address });
  });

  it.each([
    ['localhost:8000', /begins with/],
    ['', /begins with/],
    ['ftp://localhost', /begins with/],
    ['https://me:secret@example.org', /do not belong/],
    ['http://192.168.0.7:8000', /Without https/],
    ['http://localhost.evil.example', /Without https/],
  ])('refuses “%s”', (text, problem) => {
    expect(engineAddress(text)).toEqual({ problem: expect.stringMatching(problem) as string });
  });
});

describe('PageCarrier', () => {
  it('does not exist outside connected mode', () => {
    expect(() => new PageCarrier('chroma', 'http://localhost:1', '')).toThrow(/connected mode/);
  });
});
