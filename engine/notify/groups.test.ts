import { expect, test } from 'vitest';
import { NotifyConfig } from '../../contracts/notify.ts';
import { Groups } from './groups.ts';
import type { Ask } from './market-words.ts';

const rulesOf = (over: object) =>
  NotifyConfig.parse({
    channels: { bot: { kind: 'bark', deviceKey: 'k' } },
    rules: [{ id: 'r', about: 'opportunity', channels: ['bot'], ...over }],
  }).rules;
const mine = async () => ({ v: 1 as const, lists: [{ name: '自选', symbols: ['600519.SH' as never] }], marks: {} });
let asked = 0;
let answered = '20261123';
const ask = (async () => {
  asked += 1;
  return { asOf: { tradeDate: answered }, rows: [{ symbol: '600519.SH', sectors: ['801120'] }] };
}) as unknown as Ask;

test('what no rule names is not read', async () => {
  const groups = new Groups(rulesOf({ symbol: ['600519.SH'] }));
  expect(groups.areKnown).toBe(true);
  await groups.look('20261123', ask, () => Promise.reject(new Error('not asked')));
  expect(asked).toBe(0);
});

test('before anything was read a stock may be in any; a sector is itself all along', () => {
  const groups = new Groups(rulesOf({ sector: ['801120'], list: ['自选'] }));
  expect([groups.of('600519.SH'), groups.of('801120')]).toEqual([
    { sectors: null, lists: null },
    { sectors: ['801120'], lists: [] },
  ]);
});

test('sectors are those of the day, lists those of now; a stock that the day has not is in none', async () => {
  const groups = new Groups(rulesOf({ sector: ['801120'], list: ['自选'] }));
  await groups.look('20261123', ask, async () => null);
  expect([groups.of('600519.SH'), groups.of('000001.SZ')]).toEqual([
    { sectors: ['801120'], lists: [] },
    { sectors: [], lists: [] },
  ]);
  await groups.look('20261123', ask, mine);
  expect([groups.of('600519.SH').lists, asked]).toEqual([['自选'], 1]);
  await groups.look('20261124', ask, mine);
  expect(asked, 'the answer was still of the day before: it is asked again').toBe(2);
  answered = '20261124';
  for (let i = 0; i < 2; i++) await groups.look('20261124', ask, mine);
  expect(asked).toBe(3);
});

test('one that cannot be read keeps the other from nothing', async () => {
  const groups = new Groups(rulesOf({ sector: ['801120'], list: ['自选'] }));
  await expect(groups.look('20261124', ask, () => Promise.reject(new Error('no bucket')))).rejects.toThrow('no bucket');
  expect(groups.of('600519.SH')).toEqual({ sectors: ['801120'], lists: null });
});

test('where the query role does not answer, what was known stays', async () => {
  answered = '20261123';
  const groups = new Groups(rulesOf({ sector: ['801120'] }));
  await groups.look('20261123', ask, mine);
  await expect(groups.look('20261124', (() => Promise.reject(new Error('away'))) as never, mine)).rejects.toThrow('away');
  expect(groups.of('600519.SH').sectors).toEqual(['801120']);
});
