import { readFileSync } from 'node:fs';
import { decode as otherDecode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { foldDay } from '../engine/runtime/fold.ts';
import { generatedDay } from '../scenarios/support/days.ts';
import { decode, encode } from './codec.ts';
import { upcast } from './compat/upcast.ts';
import { errorCodes } from './errors.ts';
import { hashedBytes, JournalStep, LifecycleMessage } from './journal.ts';
import { exp, log, logit, pow2, sigmoid, tanh } from './math.ts';
import { batchOf, decodeQuotes, encodeQuotes, type Quote, QuoteScratch, rowOf } from './quote.ts';
import { midnightOf, msOfTsec, phaseOf, tsecOf } from './session.ts';
import { subjects } from './subjects.ts';
import { decodeTape, encodeTape } from './tape.ts';
import { instrumentId, instrumentNo } from './units.ts';

test('what the hash is taken over has its keys in the order of the contract, with and without an origin', () => {
  const keys = (draft: Parameters<typeof hashedBytes>[0]) => Object.keys(otherDecode(hashedBytes(draft)) as object);
  expect(keys({ step: 1, n: 2, entries: [] })).toEqual(['step', 'n', 'entries']);
  expect(keys({ step: 1, n: 2, origin: 'live', entries: [] })).toEqual(['step', 'n', 'origin', 'entries']);
});

describe('portable math', () => {
  const close = (got: number, want: number) => Math.abs(got - want) <= 4 * Number.EPSILON * Math.max(1, Math.abs(want));

  test('agrees with the platform to a few units in the last place', () => {
    const wrong: string[] = [];
    for (let i = 1; i <= 20_000; i++) {
      const x = (i * 0.618_033_988_7) % 40;
      const tiny = 1e-12 * i;
      for (const [name, got, want] of [
        ['log', log(x), Math.log(x)],
        ['log tiny', log(tiny), Math.log(tiny)],
        ['exp', exp(x - 20) / Math.exp(x - 20), 1],
        ['tanh', tanh(x / 8 - 2), Math.tanh(x / 8 - 2)],
        ['sigmoid', sigmoid(x - 20), 1 / (1 + Math.exp(20 - x))],
      ] as const)
        if (!close(got, want)) wrong.push(`${name}(${x}): ${got} is not ${want}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('has the edges of the real functions', () => {
    expect([log(0), log(1), exp(0), exp(800), exp(-800), tanh(40), pow2(-1), logit(0.5)]).toEqual([
      -Infinity,
      0,
      1,
      Infinity,
      0,
      1,
      0.5,
      0,
    ]);
    expect(log(-1)).toBeNaN();
  });
});

describe('session clock', () => {
  const at = (h: number, m: number, s = 0) => midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;

  test.each([
    [at(8, 29), 'CLOSED'],
    [at(8, 30), 'PRE_OPEN'],
    [at(9, 15), 'OPEN_CALL_1'],
    [at(9, 20), 'OPEN_CALL_2'],
    [at(9, 25), 'OPEN_PAUSE'],
    [at(9, 30), 'CONT_AM'],
    [at(11, 30), 'LUNCH'],
    [at(13, 0), 'CONT_PM'],
    [at(14, 56, 59), 'CONT_PM'],
    [at(14, 57), 'CLOSE_CALL'],
    [at(15, 0), 'AFTER_QUIET'],
    [at(15, 5), 'AFTER_FIXED'],
    [at(15, 30), 'CLOSED'],
  ] as const)('%d is %s', (ms, phase) => expect(phaseOf(ms)).toBe(phase));

  test('tsec leaves lunch out and comes back to the same instant', () => {
    expect([tsecOf(at(9, 0)), tsecOf(at(9, 30, 30)), tsecOf(at(11, 30)), tsecOf(at(12, 15)), tsecOf(at(13, 1)), tsecOf(at(16, 0))]).toEqual(
      [0, 30, 7200, 7200, 7260, 14_400],
    );
    for (const tsec of [0, 1, 7199, 7200, 7201, 12_345]) expect(tsecOf(msOfTsec('20261123', tsec))).toBe(tsec);
  });
});

describe('quotes', () => {
  const quote: Quote = {
    instrumentNo: instrumentNo('600519.SH'),
    tsExchangeMs: 1_764_000_000_123,
    phaseCode: 4,
    flags: 0,
    lastMilli: 1_450_010,
    preCloseMilli: 1_440_000,
    openMilli: null,
    highMilli: 1_451_000,
    lowMilli: 1_439_990,
    limitUpMilli: null,
    limitDownMilli: null,
    volumeShares: 1_234_567,
    amountYuan: 1.79e9,
    outerShares: null,
    innerShares: 600_000,
    bids: [[1_450_000, 300], [1_449_990, 100], null, null, null],
    asks: [null, null, null, null, null],
  };

  test('survive the columns with every null', () => {
    expect(rowOf(decodeQuotes(encodeQuotes('quotes', batchOf('s', 1, [quote]))), 0)).toEqual(quote);
  });

  test('one scratch reads batches of other lengths and other columns as each is, and the same again where it is reused', () => {
    const few = (rows: number, names: readonly string[]): Uint8Array => {
      const body = decode(encodeQuotes('quotes', batchOf('s', rows, Array(rows).fill({ ...quote, amountYuan: rows })))) as {
        columns: Record<string, Uint8Array>;
      };
      return encode({ ...body, columns: Object.fromEntries(Object.entries(body.columns).filter(([name]) => !names.includes(name))) });
    };
    const bodies = [few(2, []), few(2, ['openMilli']), few(2, ['innerShares']), few(50, []), few(1, ['lowMilli']), few(1, ['lowMilli'])];
    const scratch = new QuoteScratch();
    for (const body of bodies) {
      const [shared, own] = [decodeTape(body, scratch), decodeTape(body)];
      expect(shared).toEqual(own);
    }
  });

  test('a column of the wrong length, or none, is refused', () => {
    const body = decode(encodeQuotes('quotes', batchOf('s', 1, [quote]))) as { columns: Record<string, Uint8Array> };
    const { lastMilli: _gone, ...rest } = body.columns;

    expect(() => decodeTape(encode({ ...body, columns: rest }))).toThrow('lastMilli');
    expect(() => decodeTape(encode({ ...body, columns: { ...body.columns, lastMilli: new Uint8Array(3) } }))).toThrow('lastMilli');
    expect(() => decodeTape(encode({ type: 'quotes', v: 2 }))).toThrow();
  });

  test.each(['600519.SH', '000001.SZ', '920002.BJ'])('%s is one number and back', (id) => expect(instrumentId(instrumentNo(id))).toBe(id));
});

describe('messages', () => {
  const day = generatedDay({ count: 12 });
  const { steps } = foldDay(day.bundle, day.entries);

  test('any MessagePack decoder reads every body', () => {
    for (const entry of [
      ...day.entries.slice(0, 50),
      ...day.entries.filter(({ type }) => type !== 'clock').slice(0, 50),
      day.entries.at(-1)!,
    ]) {
      expect(normal(otherDecode(encodeTape(entry)))).toEqual(normal(decode(encodeTape(entry))));
    }
    for (const step of steps.slice(0, 100)) expect(otherDecode(encode(step))).toEqual(decode(encode(step)));
  });

  test('journal steps and lifecycle messages match their schemas, and every entry has a subject', () => {
    for (const step of steps) {
      JournalStep.parse(step);
      for (const [index, entry] of step.entries.entries()) {
        LifecycleMessage.parse({ v: 2, tradeDate: '20261123', step: step.step, index, hash: step.hash, entry });
        expect(subjects('demo-1').lifecycle(entry)).toMatch(/^(lifecycle|signal)\.v1\.demo-1\.[\w.-]+$/);
      }
    }
  });

  test('an unknown version is refused, not guessed', () => {
    expect(upcast('journal', { v: 2, step: 3 })).toEqual({ v: 2, step: 3 });
    expect(() => upcast('journal', { v: 3 })).toThrow('not known');
  });
});

/** Buffers and plain byte arrays alike. */
const normal = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, each) =>
      each instanceof Uint8Array
        ? Buffer.from(each).toString('base64')
        : each?.type === 'Buffer'
          ? Buffer.from(each.data).toString('base64')
          : each,
    ),
  );

test('the error registry and its page say the same', () => {
  const rows = readFileSync('contracts/errors.md', 'utf8')
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    )
    .filter(([code]) => /^[A-Z_]+$/.test(code ?? ''));

  expect(rows).toEqual(
    Object.entries(errorCodes).map(([code, { meaning, retryable, status }]) => [code, meaning, retryable ? 'yes' : 'no', String(status)]),
  );
});
