/** B. Amounts and volumes, and how much they surprise. */
import { log, tanh } from '../../../contracts/math.ts';
import { slotSec } from '../../../contracts/session.ts';
import { amountC } from '../engine.ts';
import { at } from '../rings.ts';
import { F, type FeatureGroup, nan } from './group.ts';

export const amounts: FeatureGroup = {
  ids: ['amt1m', 'amt5m', 'amtZ1m', 'amtZ5m', 'amtAccel'],
  needs: [],
  compute(view, out) {
    const amt1m = view.volume(20, at.amount);
    const amt5m = view.amount5m();
    const reach = view.reach(100);
    out[F.amt1m] = amt1m;
    out[F.amt5m] = amt5m;
    out[F.amtZ1m] = view.surprise(amt1m, 60);
    out[F.amtZ5m] = view.surprise(amt5m, reach * slotSec);
    out[F.amtAccel] = reach === 100 ? log((amt1m + amountC) / ((amt5m - amt1m) / 4 + amountC)) : nan;
  },
};

/** 27: price ahead of volume (+) or behind it (−). */
export const divergence: FeatureGroup = {
  ids: ['pvd'],
  needs: ['ret_z5m', 'amtZ5m'],
  compute(_view, out, { feature }) {
    out[F.pvd] = tanh((feature('ret_z5m') - feature('amtZ5m')) / 2);
  },
};

export const turnover: FeatureGroup = {
  ids: ['lb', 'turn', 'turn5'],
  needs: [],
  compute(view, out) {
    const { engine, s, tsec } = view;
    const { accepted } = engine;
    const { prevVolumes, floatShares } = engine.universe.instruments[s]!;
    const perMinute = prevVolumes.reduce((sum, volume) => sum + volume, 0) / (prevVolumes.length * 240);
    out[F.lb] = prevVolumes.length === 0 ? nan : accepted.volume[s]! / Math.max(1, tsec / 60) / perMinute;
    const float = floatShares ?? nan;
    out[F.turn] = accepted.volume[s]! / float;
    out[F.turn5] = view.volume(100, at.volume) / float;
  },
};
