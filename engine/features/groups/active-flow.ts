/** D. Active buying less active selling. Null while locked: every print is a sell into the queue and means nothing. */
import { flowPersistence, flowRatio, flowSurprise } from '../flow-windows.ts';
import { at } from '../rings.ts';
import { F, type FeatureGroup, nan } from './group.ts';
import { isLockedUp } from './limit.ts';

export const dayFlow: FeatureGroup = {
  ids: ['netDay'],
  needs: [],
  compute(view, out) {
    if (!isLockedUp(view)) out[F.netDay] = view.ago(0, at.net);
  },
};

export const activeFlow: FeatureGroup = {
  ids: ['net1m', 'net3m', 'nar1m', 'nar3m', 'netZ'],
  needs: [],
  compute(view, out) {
    if (isLockedUp(view)) return;
    const { engine, s, head } = view;
    const net1m = view.volume(20, at.net);
    const net3m = view.volume(60, at.net);
    const nar3m = flowRatio(net3m, view.volume(60, at.amount));
    out[F.net1m] = net1m;
    out[F.net3m] = net3m;
    out[F.nar1m] = flowRatio(net1m, view.volume(20, at.amount));
    out[F.nar3m] = nar3m;
    out[F.netZ] = flowSurprise(engine.universe, s, head, nar3m);
  },
};

export const persistence: FeatureGroup = {
  ids: ['flowPers'],
  needs: [],
  compute(view, out) {
    if (!isLockedUp(view)) out[F.flowPers] = flowPersistence(view);
  },
};

export const bigPrints: FeatureGroup = {
  ids: ['bigThr', 'bigNet5', 'bigDens', 'bigShare'],
  needs: [],
  compute(view, out) {
    const { engine, s, head } = view;
    out[F.bigThr] = engine.bigThreshold(s, head);
    if (isLockedUp(view) || engine.universe.instruments[s]!.floatShares === null) return;
    out[F.bigNet5] = view.volume(100, at.bigNet);
    out[F.bigDens] = view.volume(100, at.bigCount) / 5;
    const amt5m = view.volume(100, at.amount);
    out[F.bigShare] = amt5m > 0 ? view.volume(100, at.bigAmount) / amt5m : nan;
  },
};
