/** A. 18: ahead of the market, on the widest benchmark there is. */
import { benchmarkOf } from '../cross-section.ts';
import { F, type FeatureGroup } from './group.ts';

export const excess: FeatureGroup = {
  ids: ['exRet3m'],
  needs: ['ret_3m'],
  compute({ engine }, out, moment) {
    const r3m = moment.feature('ret_3m');
    const benchmark = benchmarkOf(engine.crossSection, r3m);
    moment.benchmark = benchmark.kind;
    out[F.exRet3m] = r3m - benchmark.ret3m;
  },
};
