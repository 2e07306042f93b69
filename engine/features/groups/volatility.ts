/** A. 15: root of the sum of twenty squared 15-second returns; 16: over σ without the day's multiplier; 17: atr of one-minute bars. */
import { at } from '../rings.ts';
import type { SymbolView } from '../symbol-view.ts';
import { F, type FeatureGroup, nan } from './group.ts';

const dqMin = 0.6;
const barsMin = 14;

export const volatility: FeatureGroup = {
  ids: ['rv5', 'rvRatio', 'atr1m'],
  needs: [],
  compute(view, out) {
    const { engine, s, tsec, last } = view;
    const rv5 = realised5(view);
    out[F.rv5] = rv5;
    out[F.rvRatio] = rv5 / (engine.sigma(s, tsec - 300, 300, last) / Math.sqrt(engine.bars.volMult(s)));
    out[F.atr1m] = engine.bars.state.barsDone[s]! >= barsMin ? engine.bars.state.atr[s]! : nan;
  },
};

function realised5(view: SymbolView): number {
  if (!(view.quality(100) >= dqMin)) return nan;
  let sum = 0;
  let later = view.lnMid;
  for (let back = 5; back <= 100; back += 5) {
    const earlier = view.ago(back, at.lnMid);
    sum += (later - earlier) * (later - earlier);
    later = earlier;
  }
  return Math.sqrt(sum);
}
