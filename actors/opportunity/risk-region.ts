/**
 * Region risk of an opportunity: up at once, down one level after 120 trading seconds below (contracts/spec/lifecycle.md#risk). The level itself comes from the
 * risk desk in `risk.synced`; the region is what is shown and what the stop was tightened by.
 */
const names = ['normal', 'caution', 'restricted', 'frozen'] as const;
type Level = 0 | 1 | 2 | 3;

const riseTo = (level: Level) => ({
  guard: { type: 'isLevel' as const, params: { level } },
  target: names[level],
  actions: ['syncRisk' as const, 'clearDwell' as const, 'tighten' as const],
});
const levelState = (own: Level) => ({
  on: {
    'risk.synced': [
      ...([1, 2, 3] as const).filter((level) => level > own).map(riseTo),
      {
        guard: { type: 'isLevel' as const, params: { level: own } },
        actions: ['syncRisk' as const, 'clearDwell' as const, 'tighten' as const],
      },
      { actions: ['syncRisk' as const, 'armDwell' as const, 'tighten' as const] },
    ],
    ...(own === 0
      ? {}
      : { 'timer.riskDwell': { target: names[(own - 1) as Level], actions: { type: 'dwellAgain' as const, params: { to: own - 1 } } } }),
  },
});

export const riskRegion = {
  initial: 'normal' as const,
  states: { normal: levelState(0), caution: levelState(1), restricted: levelState(2), frozen: levelState(3) },
};
