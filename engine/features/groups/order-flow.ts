/** C. Order flow of the book over a minute. */
import { clamp } from '../../../contracts/math.ts';
import { at } from '../rings.ts';
import { F, type FeatureGroup } from './group.ts';

export const bookFlow: FeatureGroup = {
  ids: ['obi5m1', 'ofi1m', 'ofiN'],
  needs: [],
  compute(view, out) {
    out[F.obi5m1] = view.checked(20, at.obi) / view.checked(20, at.obiN);
    const ofi = view.checked(20, at.ofi);
    out[F.ofi1m] = ofi;
    out[F.ofiN] = clamp(ofi / ((0.5 * view.checked(20, at.depth1)) / view.checked(20, at.depth1N)), -30, 30);
  },
};
