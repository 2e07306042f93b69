/** G. The market, the same for every symbol, and what the data behind this one is worth. */
import { F, type FeatureGroup } from './group.ts';

const ids = ['mktMed1m', 'mktMed3m', 'mktMed5m', 'advShare', 'nUp', 'nDn', 'idxRet3m', 'feedHealth', 'nTouched', 'brokenRate'] as const;

export const market: FeatureGroup = {
  ids,
  needs: [],
  compute({ engine }, out) {
    for (const id of ids) out[F[id]] = engine.crossSection[id];
  },
};

export const quality: FeatureGroup = {
  ids: ['dqW180', 'age'],
  needs: [],
  compute(view, out) {
    out[F.dqW180] = view.quality(60);
    out[F.age] = Math.max(0, view.nowMs - view.engine.accepted.tsExchangeMs[view.s]!) / 1000;
  },
};
