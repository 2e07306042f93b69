/** Region risk of an opportunity: up at once, down one level after 120 trading seconds below (quant.md §4.6). */
const names = ['normal', 'caution', 'restricted', 'frozen'] as const;

const rise = (level: 1 | 2 | 3) => ({
  guard: { type: 'risesTo' as const, params: { level } },
  target: names[level],
  actions: level === 1 ? ['raiseRisk' as const] : ['raiseRisk' as const, 'tightenStop' as const],
});
const wantDown = (level: number) => ({ guard: { type: 'fallsBelow' as const, params: { level } }, actions: 'lowerRisk' as const });
const stay = (level: number) => ({ guard: { type: 'risesTo' as const, params: { level } }, actions: 'raiseRisk' as const });
const stepDown = (to: 0 | 1 | 2) => ({ target: names[to], actions: { type: 'stepDown' as const, params: { to } } });

export const riskRegion = {
  initial: 'normal' as const,
  states: {
    normal: { on: { 'risk.changed': [rise(1), rise(2), rise(3)] } },
    caution: { on: { 'risk.changed': [rise(2), rise(3), stay(1), wantDown(1)], 'timer.riskDwell': stepDown(0) } },
    restricted: { on: { 'risk.changed': [rise(3), stay(2), wantDown(2)], 'timer.riskDwell': stepDown(1) } },
    frozen: { on: { 'risk.changed': [stay(3), wantDown(3)], 'timer.riskDwell': stepDown(2) } },
  },
};
