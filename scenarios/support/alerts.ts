/** Alerts and rules as tests of the notify role want them: at ten in the morning, of one stock. */
import { NotifyConfig } from '../../contracts/notify.ts';
import { midnightOf } from '../../contracts/session.ts';
import type { Alert } from '../../engine/notify/alert.ts';

export const at = (h: number, m: number, s = 0): number => midnightOf('20261123') + ((h * 60 + m) * 60 + s) * 1000;
export const ten = at(10, 0);
export const alert = (over: Partial<Alert> = {}): Alert => ({
  id: 'a',
  about: 'opportunity',
  group: 'o1',
  severity: 'notice',
  atMs: ten,
  tsMs: ten,
  origin: 'simulated',
  isClear: false,
  title: 't1',
  lines: ['命中'],
  path: '/o/o1',
  facts: { state: 'confirmed', family: 'momentum', strategies: ['rally'], symbol: '600519.SH', p: 0.5 },
  ...over,
});
export const config = (rules: object[] = [{ id: 'all', about: 'opportunity', channels: ['bot'] }], more: object = {}) =>
  NotifyConfig.parse({
    channels: { bot: { kind: 'wecom', url: 'http://127.0.0.1/x' }, mail: { kind: 'bark', deviceKey: 'k' } },
    rules,
    ...more,
  });
export const risk = (over: Partial<Alert> = {}): Alert =>
  alert({ about: 'risk', group: 'market', severity: 'urgent', title: '⚠️ 风控冻结|market', ...over });
