/** B. 28: structural top divergence 量价顶背离. */
import { priceVolumeDivergence } from '../zigzag.ts';
import { F, type FeatureGroup } from './group.ts';

const fromTsec = 1200;

export const topDivergence: FeatureGroup = {
  ids: ['pvDivTop'],
  needs: [],
  compute({ engine, s, tsec }, out) {
    if (tsec >= fromTsec) out[F.pvDivTop] = priceVolumeDivergence(engine, s, tsec);
  },
};
