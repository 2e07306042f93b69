/** G. The market, the same for every symbol, and what the data behind this one is worth. */
import { F, type FeatureGroup } from './group.ts';

export const market: FeatureGroup = {
  ids: ['mktMed1m', 'mktMed3m', 'mktMed5m', 'advShare', 'nUp', 'nDn', 'idxRet3m', 'feedHealth', 'nTouched', 'brokenRate'],
  needs: [],
  compute({ engine: { crossSection } }, out) {
    out[F.mktMed1m] = crossSection.mktMed1m;
    out[F.mktMed3m] = crossSection.mktMed3m;
    out[F.mktMed5m] = crossSection.mktMed5m;
    out[F.advShare] = crossSection.advShare;
    out[F.nUp] = crossSection.nUp;
    out[F.nDn] = crossSection.nDn;
    out[F.idxRet3m] = crossSection.idxRet3m;
    out[F.feedHealth] = crossSection.feedHealth;
    out[F.nTouched] = crossSection.nTouched;
    out[F.brokenRate] = crossSection.brokenRate;
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
