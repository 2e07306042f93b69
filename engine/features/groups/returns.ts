/** A. Returns over 15 s to 5 min, and in sigmas of them. */
import { F, type FeatureGroup } from './group.ts';

export const returns: FeatureGroup = {
  ids: ['ret_15s', 'ret_1m', 'ret_3m', 'ret_5m', 'speed', 'accel'],
  needs: [],
  compute(view, out) {
    const [r1m, r3m] = [view.ret(20), view.ret(60)];
    out[F.ret_15s] = view.ret(5);
    out[F.ret_1m] = r1m;
    out[F.ret_3m] = r3m;
    out[F.ret_5m] = view.ret(100);
    out[F.speed] = r3m * 100;
    out[F.accel] = r1m - (r3m - r1m) / 2;
  },
};

export const sigmas: FeatureGroup = {
  ids: ['ret_z15s', 'ret_z1m', 'ret_z3m', 'ret_z5m', 'sigma900'],
  needs: ['ret_15s', 'ret_1m', 'ret_3m', 'ret_5m'],
  compute(view, out, { feature }) {
    out[F.ret_z15s] = view.z(feature('ret_15s'), 15);
    out[F.ret_z1m] = view.z(feature('ret_1m'), 60);
    out[F.ret_z3m] = view.z(feature('ret_3m'), 180);
    out[F.ret_z5m] = view.z(feature('ret_5m'), 300);
    out[F.sigma900] = view.engine.sigma(view.s, view.tsec, 900, view.last);
  },
};
