/** Version 2 had one map a strategy, of y_tb alone, its base rate a number in each; whether it told anything apart was never measured. */
import { logit } from '../math.ts';

type Body = Record<string, unknown>;
type Map2 = { readonly p0: number; readonly a: number; readonly b: number; readonly n: number; readonly source: string };

export function bundleFrom2({ calibration, ...rest }: Body): Body {
  const maps = Object.entries(calibration as Record<string, Map2>);
  const about = { event: 'net-gain', horizonSec: 900, data: 'as version 2 had it', days: 0 };
  const base = maps[0]?.[1];
  return {
    ...rest,
    v: 3,
    baseRates:
      base === undefined
        ? []
        : [{ ...about, b: logit(base.p0), w: { lt: 0, ls: 0, tod: 0, tod2: 0 }, clip: null, n: base.n, source: base.source }],
    calibration: Object.fromEntries(
      maps.map(([key, { p0, a, b, n, source }]) => [key, [{ ...about, a, b: b - logit(p0), n, source, auc95: null }]]),
    ),
  };
}
