/** A. Returns over 15 s to 5 min, and in sigmas of them. */
import { F, type FeatureGroup } from './group.ts';

export const ret3m: FeatureGroup = {
  ids: ['ret_3m', 'speed'],
  needs: [],
  compute(view, out) {
    const r3m = view.ret(60);
    out[F.ret_3m] = r3m;
    out[F.speed] = r3m * 100;
  },
};

export const returns: FeatureGroup = {
  ids: ['ret_15s', 'ret_1m', 'ret_5m', 'accel'],
  needs: ['ret_3m'],
  compute(view, out, { feature }) {
    const r1m = view.ret(20);
    out[F.ret_15s] = view.ret(5);
    out[F.ret_1m] = r1m;
    out[F.ret_5m] = view.ret(100);
    out[F.accel] = r1m - (feature('ret_3m') - r1m) / 2;
  },
};

export const sigmas3m: FeatureGroup = {
  ids: ['ret_z3m'],
  needs: ['ret_3m'],
  compute(view, out, { feature }) {
    out[F.ret_z3m] = view.z(feature('ret_3m'), 180);
  },
};

export const sigmas5m: FeatureGroup = {
  ids: ['ret_z5m'],
  needs: ['ret_5m'],
  compute(view, out, { feature }) {
    out[F.ret_z5m] = view.z(feature('ret_5m'), 300);
  },
};

export const sigmas: FeatureGroup = {
  ids: ['ret_z15s', 'ret_z1m', 'sigma900'],
  needs: ['ret_15s', 'ret_1m'],
  compute(view, out, { feature }) {
    out[F.ret_z15s] = view.z(feature('ret_15s'), 15);
    out[F.ret_z1m] = view.z(feature('ret_1m'), 60);
    out[F.sigma900] = view.engine.sigma(view.s, view.tsec, 900, view.last);
  },
};
