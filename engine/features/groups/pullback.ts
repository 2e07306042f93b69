/** A. 14: below the highest mid of the last five minutes. */
import { own } from '../rings.ts';
import { F, type FeatureGroup } from './group.ts';

const reachMin = 20;
const dqMin = 0.6;

export const pullback: FeatureGroup = {
  ids: ['pull5'],
  needs: [],
  compute(view, out) {
    const reach = view.reach(100);
    if (reach < reachMin || !(view.quality(reach) >= dqMin)) return;
    const { rings } = view.engine;
    let high = view.mid;
    for (let back = 1; back < reach; back++) high = Math.max(high, rings.own[rings.ownAt(view.s, view.head - back) + own.mid]!);
    out[F.pull5] = view.mid / high - 1;
  },
};
