import { describe, expect, it } from 'vitest';
import { rollToSvg } from './roll-picture.ts';
import type { Score, ScoreNote } from './score.ts';

const note = (id: number, startTick: number, author: ScoreNote['author'], pitchMidi = 60): ScoreNote => ({
  id,
  startTick,
  lengthTick: 480,
  pitchMidi,
  velocity: 80,
  author,
});
const SCORE: Score = {
  notes: [note(1, 130, 'person'), note(2, 1800, 'network', 72), note(3, 1920, 'person')],
  bars: 1,
  tempoBpm: 100,
  quantizeStrength: 1,
};
const places = (svg: string): unknown[] =>
  [...svg.matchAll(/data-author="(\w+)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/gu)].map((found) =>
    found.slice(1),
  );

describe('the picture of a roll', () => {
  it('has each note of its bars where the grid draws it, cut at the end', () => {
    expect(places(rollToSvg(SCORE, 'Piece'))).toEqual([
      ['person', '8', '31'],
      ['network', '120', '7'],
    ]);
    expect(places(rollToSvg({ ...SCORE, quantizeStrength: 0 }, 'Piece'))[0]).toEqual([
      'person',
      '8.67',
      '31',
    ]);
  });

  it('escapes its title and can be empty', () => {
    const svg = rollToSvg({ ...SCORE, notes: [] }, '<b>&"');
    expect(svg).toContain('<title>&lt;b>&amp;&quot;</title>');
    expect(places(svg)).toEqual([]);
  });
});
