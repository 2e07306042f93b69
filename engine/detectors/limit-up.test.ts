import { describe, expect, test } from 'vitest';
import type { FeatureId } from '../../contracts/features.ts';
import { type Change, inputWith } from '../../scenarios/support/detector-input.ts';
import type { DetectorInput } from './detector.ts';
import { type LimitUpParams, limitUp, slopeOf } from './limit-up.ts';

const params = limitUp.params.parse({});
/** Limit 11.00, day's amount 100 million, a seal of 20 million. */
const at = { lastMilli: 11_000, runAmount: 100e6, tsec: 1800 } as const;
const touch = (tsec = 1800, change: Change = {}): DetectorInput => inputWith({ ...at, tsec, ...change });
const lock = (tsec = 1800, change: Change = {}): DetectorInput =>
  inputWith({ ...at, tsec, locked: true, ...change, values: { sealAmt: 20e6, ...change.values } });
const away = (tsec: number, change: Change = {}): DetectorInput => inputWith({ ...at, tsec, lastMilli: 10_900, ...change });

/** What it says of each quote: `path`, in brackets what opens nothing, `-` what is over, `confirm` where it would. */
function said(quotes: readonly DetectorInput[], using: LimitUpParams = params): string[] {
  let state = limitUp.initial;
  return quotes.map((quote) => {
    const { state: next, reading } = limitUp.step(state, quote, using);
    state = next;
    if (reading === null) return 'nothing';
    const word = reading.opens ? reading.path : `(${reading.path})`;
    return `${reading.raised ? '' : '-'}${word}${reading.confirmable ? ' confirm' : ''}`;
  });
}
const everyThree = (from: number, to: number, quote: (tsec: number) => DetectorInput): DetectorInput[] =>
  Array.from({ length: (to - from) / 3 + 1 }, (_, i) => quote(from + 3 * i));
/** Sealed at 1803 and locked until 1863. */
const sealed = everyThree(1800, 1863, lock);

describe('a board', () => {
  test('is touched by its last price and sealed by the second quote in a row that nobody asks', () => {
    expect(said([away(1797), touch(1800), lock(1803), touch(1806), lock(1809), lock(1812)])).toEqual([
      'nothing',
      '(touched)',
      '(touched)',
      '(touched)',
      '(touched)',
      'sealed',
    ]);
  });

  test('without the size of a seal is watched, and an opportunity from the quote on that has it', () => {
    const weak = (tsec: number) => lock(tsec, { values: { sealAmt: 9e6 } });
    expect(said([weak(1800), weak(1803), weak(1806), lock(1809), weak(1812)])).toEqual([
      '(touched)',
      '(sealed)',
      '(sealed)',
      'sealed',
      'sealed',
    ]);
  });

  test('that was left for more than a minute is over, and begins anew', () => {
    expect(said([touch(1800), away(1803), away(1860), away(1861), touch(1864)])).toEqual([
      '(touched)',
      '(touched)',
      '(touched)',
      '-(touched)',
      '(touched)',
    ]);
    // a touch in between keeps it
    expect(said([touch(1800), away(1803), touch(1857), away(1917), away(1918)]).at(-2)).toBe('(touched)');
  });

  test.each<[string, Change, string]>([
    ['at 14:29:57', { tsec: 12_597 }, 'sealed'],
    ['from 14:30 on it is late', { tsec: 12_600 }, 'late'],
    ['where nothing was traded under the limit nobody could buy', { isOneWord: true }, 'one-word'],
    ['and that is said first', { isOneWord: true, tsec: 12_600 }, 'one-word'],
  ])('%s', (_what, change, path) => {
    expect(said([lock(1800, change), lock(1800, change)]).at(-1)).toBe(path);
  });

  test('opens when the lock is lost for 6 s, and is sealed again once it stands for 30', () => {
    const open = [away(1866), away(1869), away(1872)];
    const relock = everyThree(1875, 1905, lock);
    expect(said([...sealed, ...open, ...relock]).slice(sealed.length)).toEqual([
      'sealed',
      'sealed',
      'opened',
      ...Array.from({ length: 10 }, () => 'opened'),
      'resealed',
    ]);
  });

  test('that opens under selling for more than three minutes is given up; bought, or of unknown flow, it is not', () => {
    const open = (nar3m: number) => [
      ...everyThree(1866, 2046, (tsec) => away(tsec, { values: { nar3m } })),
      away(2047, { values: { nar3m } }),
    ];
    expect(said([...sealed, ...open(-0.01)]).slice(-2)).toEqual(['opened', '-opened']);
    expect(said([...sealed, ...open(0)]).at(-1)).toBe('opened');
    expect(said([...sealed, ...open(Number.NaN)]).at(-1)).toBe('opened');
  });

  test.each<[string, Change]>([
    ['without a limit', { limitUpMilli: null }],
    ['on a day without one', { instrument: { noLimit: true } }],
    ['in delisting', { instrument: { delisting: true } }],
    ['under risk warning', { instrument: { riskWarning: true } }],
    ['of a frozen feed', { frozen: true }],
    ['without a reference price', { preCloseMilli: null }],
    ['after 14:56', { tsec: 14_161 }],
  ])('is none %s', (_what, change) => {
    expect(said([lock(1800, change), lock(1803, { tsec: 1803, ...change })])).toEqual(['nothing', 'nothing']);
  });

  test('is of the day: a run that follows another knows the first seal and the openings, and is no late one', () => {
    let state = limitUp.initial;
    for (const quote of [...sealed, away(1866), away(1869), away(1872)]) state = limitUp.step(state, quote, params).state;
    const remembered = limitUp.entity === 'symbol' ? limitUp.remembered!(state) : null;

    expect(remembered).toEqual({ ...limitUp.initial, firstSealTsec: 1803, opens: 1 });
    const first = limitUp.step(remembered!, lock(13_000), params);
    const second = limitUp.step(first.state, lock(13_003), params);
    expect([first.reading!.path, second.reading!.path, second.state]).toMatchObject([
      'touched',
      'resealed',
      { firstSealTsec: 1803, opens: 1 },
    ]);
    expect(limitUp.entity === 'symbol' && limitUp.remembered!(limitUp.initial)).toBeNull();
  });

  test('that was never seen open is as it was sealed first, whatever the run: no sealed-again one, and no late one', () => {
    const first = limitUp.step({ ...limitUp.initial, firstSealTsec: 1803 }, lock(13_000), params);
    const again = (change: Change) => limitUp.step(first.state, lock(13_003, change), params).reading!.path;
    expect([again({}), again({ isOneWord: true })]).toEqual(['sealed', 'one-word']);
    const late = limitUp.step({ ...limitUp.initial, firstSealTsec: 12_600 }, lock(13_000), params);
    expect(limitUp.step(late.state, lock(13_003), params).reading!.path).toBe('late');
  });

  test('whose opportunity has ended goes on as it is: it opens another where it has the size, and its opening is seen meanwhile', () => {
    const goesOn = limitUp.entity === 'symbol' ? limitUp.goesOn! : null;
    let state = limitUp.initial;
    for (const quote of sealed) state = limitUp.step(state, quote, params).state;
    const after = goesOn!(state);
    expect(after).toEqual({ ...state, hadSize: false });

    const still = limitUp.step(after, lock(1866), params);
    expect([still.reading!.path, still.reading!.opens, still.state.opens]).toEqual(['sealed', true, 0]);
    for (const quote of [away(1866), away(1869), away(1872)]) ({ state } = limitUp.step(state, quote, params));
    const open = limitUp.step(goesOn!(state), away(1875), params);
    // an opened board is watched: no opportunity begins with it
    expect([open.reading!.path, open.reading!.opens, open.state.opens]).toEqual(['opened', false, 1]);
  });

  test('that has no size by 14:56 opens nothing more, however long it has been watched', () => {
    const goesOn = limitUp.entity === 'symbol' ? limitUp.goesOn! : null;
    let state = limitUp.initial;
    for (const quote of sealed) state = limitUp.step(state, quote, params).state;
    const offers = (tsec: number) => limitUp.step(goesOn!(state), lock(tsec), params).reading!.opens;
    expect([offers(14_160), offers(14_161)]).toEqual([true, false]);
    // what had it keeps it
    expect(limitUp.step(state, lock(14_161), params).reading!.opens).toBe(true);
  });

  test('under risk warning is one where the configuration lets it', () => {
    expect(said([lock(1800, { instrument: { riskWarning: true }, excludeRiskWarning: false })])).toEqual(['(touched)']);
  });

  test('that runs outlives frozen quotes and the last minute for new ones', () => {
    expect(said([...sealed, lock(1866, { frozen: true }), lock(1869)]).slice(-2)).toEqual(['nothing', 'sealed confirm']);
    expect(said([...sealed, lock(14_163), lock(14_166)]).slice(-2)).toEqual(['sealed', 'sealed']);
  });
});

describe('it would confirm', () => {
  const last = (change: Change = {}, using: LimitUpParams = params) => said([...sealed.slice(0, -1), lock(1863, change)], using).at(-1);
  test('sealed for a minute, and not a quote earlier', () => {
    expect(said(sealed)[19]).toBe('sealed');
    expect(said(sealed)[20]).toBe('sealed confirm');
  });

  test.each<[string, Change, boolean]>([
    ['by ten million yuan', { values: { sealAmt: 10e6 } }, true],
    ['not by less', { values: { sealAmt: 9.99e6 } }, false],
    ['nor by a seal nobody knows', { values: { sealAmt: Number.NaN } }, false],
    // 2,000 million shares at 10.00: .1 % is 20 million
    ['by a thousandth of the float', { instrument: { floatShares: 2000e6 } }, true],
    ['not by less of it', { instrument: { floatShares: 2001e6 } }, false],
  ])('%s', (_what, change, confirms) => {
    expect(last(change)?.endsWith('confirm')).toBe(confirms);
  });

  test('not while the seal melts by more than .3 log-units a minute', () => {
    const melting = (perMinute: number) =>
      everyThree(1800, 1872, (tsec) => lock(tsec, { values: { sealAmt: 50e6 * Math.exp((-perMinute * (tsec - 1800)) / 60) } }));
    expect(said(melting(0.31)).at(-1)).toBe('sealed');
    expect(said(melting(0.29)).at(-1)).toBe('sealed confirm');
  });

  test('not opened, and again when it is sealed again', () => {
    const open = [away(1866), away(1869), away(1872)];
    const words = said([...sealed, ...open, ...everyThree(1875, 1935, lock)]).slice(sealed.length);
    expect(words.filter((word) => word === 'opened confirm')).toEqual([]);
    expect(words.at(-1)).toBe('resealed confirm');
  });
});

describe('its slope', () => {
  test('is log-units a minute over what the last minute kept; unknown under half a minute', () => {
    expect(
      slopeOf({
        seals: [
          [0, 40e6],
          [60, 20e6],
        ],
      }),
    ).toBeCloseTo(-Math.LN2, 12);
    expect(
      slopeOf({
        seals: [
          [0, 40e6],
          [30, 20e6],
        ],
      }),
    ).toBeCloseTo(-2 * Math.LN2, 12);
    expect(
      slopeOf({
        seals: [
          [0, 40e6],
          [29, 20e6],
        ],
      }),
    ).toBeNaN();
    expect(slopeOf({ seals: [] })).toBeNaN();
  });
});

describe('its score', () => {
  const scoreOf = (quotes: readonly DetectorInput[]): number => {
    let state = limitUp.initial;
    let score = Number.NaN;
    for (const quote of quotes) {
      const result = limitUp.step(state, quote, params);
      state = result.state;
      score = result.reading!.score!;
    }
    return score;
  };
  // sealT 20 of 100 million: (.2 − .02) / .48 = .375; sealed at 10:00:03 .6; never opened 1; slope 0: .875; first board .7
  test('is the weighted shares of what is known', () => {
    const known = 0.15 * 0.375 + 0.2 * 0.6 + 0.15 * 1 + 0.1 * 0.875 + 0.05 * 0.7;
    expect(scoreOf(sealed)).toBeCloseTo(known / 0.65, 9);
    // 400 million shares at 10.00: the seal is .5 % of it, ln(.005 / .002) / ln(25) = .284654
    const float = everyThree(1800, 1863, (tsec) => lock(tsec, { instrument: { floatShares: 400e6 } }));
    expect(scoreOf(float)).toBeCloseTo((known + 0.25 * 0.284662) / 0.9, 6);
  });

  test('an opened board has no seal, which is not an unknown one', () => {
    const open = [away(1866), away(1869), away(1872)];
    // opened once: (−1 + 4) / 4
    expect(scoreOf([...sealed, ...open])).toBeCloseTo((0.2 * 0.6 + 0.15 * 0.75 + 0.05 * 0.7) / 0.55, 9);
  });

  test.each([
    [59, 1],
    [60, 0.85],
    [1800, 0.85],
    [1801, 0.6],
    [7201, 0.35],
    [10_801, 0.15],
  ])('a first seal at %d s is worth %d', (tsec, share) => {
    const known = 0.15 * 0.375 + 0.2 * share + 0.15 + 0.05 * 0.7;
    expect(scoreOf([lock(tsec), lock(tsec)])).toBeCloseTo(known / 0.55, 9);
  });

  test.each([
    [0, 0.7],
    [1, 1],
    [2, 0.8],
    [3, 0.5],
    [4, 0.2],
  ])('after %d boards the next is worth %d', (boards, share) => {
    const known = 0.15 * 0.375 + 0.2 * 0.6 + 0.15 + 0.05 * share;
    expect(scoreOf([lock(1800, { instrument: { boards } }), lock(1803, { instrument: { boards } })])).toBeCloseTo(known / 0.55, 9);
  });
});

test('it is awake at the limit, and asks for no feature it does not need', () => {
  const hot = (toLimit: number) => ({ ret3m: 0, toLimit, amountSurprise: () => 0, flowRatio: () => 0, flowSurprise: () => 0 });
  expect([0, -0.001, 0.0001, Number.NaN].map((toLimit) => limitUp.wakes(hot(toLimit), params))).toEqual([true, true, false, false]);
  const asked = new Set<FeatureId>();
  const spy = (input: DetectorInput): DetectorInput => ({ ...input, feature: (id) => (asked.add(id) ? input.feature(id) : Number.NaN) });
  let state = limitUp.initial;
  for (const quote of [...sealed, ...everyThree(1866, 2049, (tsec) => away(tsec))]) {
    const result = limitUp.step(state, spy(quote), params);
    result.reading?.evidence();
    state = result.state;
  }
  expect([...asked].sort()).toEqual([...(limitUp.entity === 'symbol' ? limitUp.needs : [])].sort());
});
