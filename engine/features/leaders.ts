/**
 * Who leads each sector 龙头, with hysteresis: the one that rose most in five minutes stays it until another has been ahead of it by .3 % for a
 * minute, or until it is no longer live. Looked at whenever the sector's movers are asked for.
 */
const aheadMin = 0.003;
const aheadSec = 60;

/** Plain data. `row` −1: nobody. */
export type Leader = { readonly row: number; readonly challenger: number; readonly sinceTsec: number };
const nobody: Leader = { row: -1, challenger: -1, sinceTsec: 0 };
export type Ranked = readonly { readonly row: number; readonly ret5m: number }[];

export class Leaders {
  readonly #of = new Map<number, Leader>();

  /** The row that leads sector `k`; −1 where nobody is live. `ranked`: live members, best first. */
  of(k: number, ranked: Ranked, tsec: number): number {
    const next = led(this.#of.get(k) ?? nobody, ranked, tsec);
    this.#of.set(k, next);
    return next.row;
  }

  image = (): readonly (readonly [number, Leader])[] => [...this.#of];

  restore(image: ReturnType<Leaders['image']>): void {
    this.#of.clear();
    for (const [k, leader] of image) this.#of.set(k, leader);
  }
}

/** Who leads after `ranked` at `tsec`. */
export function led(was: Leader, ranked: Ranked, tsec: number): Leader {
  const best = ranked[0];
  if (best === undefined) return nobody;
  const own = ranked.find(({ row }) => row === was.row);
  if (own === undefined) return { row: best.row, challenger: -1, sinceTsec: tsec };
  if (best.ret5m - own.ret5m < aheadMin) return was.challenger < 0 ? was : { ...was, challenger: -1 };
  if (best.row !== was.challenger) return { ...was, challenger: best.row, sinceTsec: tsec };
  return tsec - was.sinceTsec >= aheadSec ? { row: best.row, challenger: -1, sinceTsec: tsec } : was;
}
