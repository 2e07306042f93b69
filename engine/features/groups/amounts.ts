/** B. Amounts and volumes, and how much they surprise. */
import { log, tanh } from '../../../contracts/math.ts';
import { slotSec } from '../../../contracts/session.ts';
import { amountC } from '../engine.ts';
import { at } from '../rings.ts';
import { F, type FeatureGroup, nan } from './group.ts';

export const amounts: FeatureGroup = {
  ids: ['amt1m', 'amt5m'],
  needs: [],
  compute(view, out) {
    out[F.amt1m] = view.volume(20, at.amount);
    out[F.amt5m] = view.amount5m();
  },
};

export const surprise1m: FeatureGroup = {
  ids: ['amtZ1m'],
  needs: ['amt1m'],
  compute(view, out, { feature }) {
    out[F.amtZ1m] = view.surprise(feature('amt1m'), 60);
  },
};

export const surprise5m: FeatureGroup = {
  ids: ['amtZ5m'],
  needs: ['amt5m'],
  compute(view, out, { feature }) {
    out[F.amtZ5m] = view.surprise(feature('amt5m'), view.reach(100) * slotSec);
  },
};

export const acceleration: FeatureGroup = {
  ids: ['amtAccel'],
  needs: ['amt1m', 'amt5m'],
  compute(view, out, { feature }) {
    const [amt1m, amt5m] = [feature('amt1m'), feature('amt5m')];
    out[F.amtAccel] = view.reach(100) === 100 ? log((amt1m + amountC) / ((amt5m - amt1m) / 4 + amountC)) : nan;
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
