import { describe, expect, test } from 'vitest';
import { type Freshness, freshnessColumns, noteClock, noteQuote } from './freshness.ts';

const [sh, sz] = [0, 1];
/** Three symbols of each exchange, heard at 09:31:00: an exchange of so few is frozen after 60 s. */
function heard(): Freshness {
  const freshness = freshnessColumns();
  for (const exchange of [sh, sz]) for (let i = 0; i < 3; i++) noteQuote(freshness, exchange, 20, 60, true, true);
  return freshness;
}

describe('freshness of an exchange', () => {
  test('silence of 60 s is natural, 61 s freeze it; the other goes on', () => {
    const freshness = heard();
    noteQuote(freshness, sz, 39, 117, true, false);
    expect([noteClock(freshness, 120), noteClock(freshness, 121)]).toEqual([[], [sh]]);
    expect([...freshness.stalled.slice(0, 2)]).toEqual([1, 0]);
  });

  test('a quote that repeats itself is no sign of life, one that changes resumes it', () => {
    const freshness = heard();
    noteClock(freshness, 121);
    expect(noteQuote(freshness, sh, 41, 123, false, false)).toBe(false);
    expect(noteQuote(freshness, sh, 41, 123, true, false)).toBe(true);
    expect(freshness.stallEndSlot[sh]).toBe(41);
  });

  test('an old row told anew by another source neither ages the exchange nor resumes it', () => {
    const freshness = heard();
    noteQuote(freshness, sh, 60, 180, true, false);
    // after a switch: the last trade of a quiet symbol, in shares where it was in lots
    noteQuote(freshness, sh, 21, 63, true, false);
    noteQuote(freshness, sz, 60, 180, true, false);
    expect(noteClock(freshness, 200)).toEqual([]);

    expect(noteClock(freshness, 241)).toEqual([sh, sz]);
    expect(noteQuote(freshness, sh, 60, 180, true, false)).toBe(false);
    expect(freshness.stalled[sh]).toBe(1);
  });
});
