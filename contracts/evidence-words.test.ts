import { describe, expect, test } from 'vitest';
import { amountOf, evidenceWords, sentenceOf } from './evidence-words.ts';
import type { Evidence } from './signal.ts';

const line = (
  feature: string,
  value: number | null,
  op: Evidence['op'] = 'info',
  threshold: number | null = null,
  contrib = 0,
): Evidence => ({
  feature,
  value,
  op,
  threshold,
  contrib,
});

describe('evidence in words', () => {
  test('what was asked comes first, in the rule’s order, each value against its threshold', () => {
    const rally = [
      line('amtZ1m', 3.14, 'info', null, 0.9),
      line('ret_3m', 0.0182, '>=', 0.01, 0.1),
      line('nar1m', 0.42, '>=', 0.2, 0.3),
      line('pvd', null, '<=', 0.8),
      line('ret_z3m', 4, '>=', 2.5),
    ];
    expect(sentenceOf(rally, 'zh')).toBe('3 分钟涨跌 1.82 %（≥ 1.00 %），1 分钟净买占比 0.42（≥ 0.2），量价背离度 未知（≤ 0.8）');
    expect(sentenceOf(rally, 'en', 1)).toBe('return over 3 min 1.82 % (≥ 1.00 %)');
  });

  test('where nothing was asked, what weighs most; nothing of nothing', () => {
    const board = [line('sealAmt', 2.345e8, 'info', null, 0.1), line('firstSealTsec', 7260, 'info', null, 0.3), line('openCnt', 1)];
    expect(sentenceOf(board, 'zh', 2)).toBe('首次封板 13:01:00，封单额 2.35 亿');
    expect(sentenceOf(board, 'en', 2)).toBe('first sealed at 13:01:00, seal ¥234.5 M');
    expect(sentenceOf([], 'en')).toBe('');
  });

  test.each([
    ['yuan', 12_340_000, '1234 万', '¥12.3 M'],
    ['yuan', -56_000, '-6 万', '¥-56000'],
    ['yuan', 950, '950 元', '¥950'],
    ['milli', 10_230, '10.23', '10.23'],
    ['sigma', 2.55, '2.5σ', '2.5σ'],
    ['count', 7, '7', '7'],
    ['%', 1.82, '1.82 %', '1.82 %'],
    ['s', 9, '9 s', '9 s'],
    ['tsec', 7200, '11:30:00', '11:30:00'],
    ['tsec', 0, '09:30:00', '09:30:00'],
    ['1', 0.01234, '0.0123', '0.0123'],
    ['ln', null, '未知', 'unknown'],
  ] as const)('%s %s', (unit, value, zh, en) => {
    expect([amountOf(value, unit, 'zh'), amountOf(value, unit, 'en')]).toEqual([zh, en]);
  });

  test('a member of a sector goes by its symbol; a name without words is no error', () => {
    expect(evidenceWords('leader.600519.SH')).toEqual({ unit: 'ln', zh: '领涨 600519.SH', en: 'leader 600519.SH' });
    expect(['nobody', 'leader', 'leaders', 'constructor'].map(evidenceWords)).toEqual([null, null, null, null]);
    expect(sentenceOf([line('nobody', 1.5)], 'zh')).toBe('nobody 1.5');
  });
});
