/** What a sector's detectors see at a third clock. One object for all of them, good until the next sector. */
import type { SectorState } from '../../actors/sector/sector.machine.ts';
import { slotSec, tsecOf } from '../../contracts/session.ts';
import type { Mover, SectorInput } from '../detectors/detector.ts';
import { Leaders } from '../features/leaders.ts';
import type { SectorHeat } from '../features/sector-heat.ts';
import type { MarketState } from './market-state.ts';

const freshSec = 60;
const leaderCount = 3;
const followerCount = 5;
/** A member that has done no more in five minutes has not moved yet. */
const followerMax = 0.002;

export class SectorMoment implements SectorInput {
  readonly #market: MarketState;
  readonly #heat: SectorHeat;
  #k = 0;
  code = '';
  name = '';
  state: SectorState = 'cold';
  regime: SectorInput['regime'] = 'unknown';
  tsMs = 0;
  tsec = 0;
  members = 0;
  live = 0;
  ret3m = Number.NaN;
  advShare = Number.NaN;
  limitUps = 0;
  market3m = Number.NaN;
  market5m = Number.NaN;
  readonly leaders = new Leaders();

  constructor(market: MarketState) {
    this.#market = market;
    this.#heat = market.sectorHeat;
  }

  /** Turns to sector `k` as it stands now. */
  take(k: number, state: SectorState, regime: SectorInput['regime'], nowMs: number): this {
    const { sectors, features } = this.#market;
    const { columns } = sectors;
    this.#k = k;
    this.code = sectors.codes[k]!;
    this.name = sectors.names[k]!;
    this.state = state;
    this.regime = regime;
    this.tsMs = nowMs;
    this.tsec = tsecOf(nowMs);
    this.#heat.look(this.tsec);
    this.members = sectors.from[k + 1]! - sectors.from[k]!;
    this.live = columns.live[k]!;
    this.ret3m = columns.ret3m[k]!;
    this.advShare = columns.advShare[k]!;
    this.limitUps = columns.limitUps[k]!;
    this.market3m = features.crossSection.mktMed3m;
    this.market5m = features.crossSection.mktMed5m;
    return this;
  }

  get ret1m(): number {
    return this.#market.sectors.medianOf(this.#k, this.#market.features.sectioner.returns.ret1m);
  }
  get ret5m(): number {
    return this.#heat.ret5m(this.#k);
  }
  get heat(): number {
    return this.#heat.heat(this.#k);
  }
  get breadth(): number {
    return this.#heat.breadth(this.#k);
  }
  get diffusion(): number {
    return this.#market.sectorDiffusion.share(this.#k);
  }
  get diffusionSpeed(): number {
    return this.#market.sectorDiffusion.speed(this.#k, this.tsec);
  }
  get levelMilli(): number {
    return this.levelOf(this.#k, this.tsMs);
  }

  /** By members with a quote of the last minute. */
  levelOf = (k: number, nowMs: number): number =>
    this.#market.sectors.levelOf(k, this.#market.cleaner.accepted, Math.floor((tsecOf(nowMs) - freshSec) / slotSec));

  spread = (): ReturnType<SectorInput['spread']> => {
    const { live, mean, sd } = this.#heat.spread(this.#k);
    return { live, mean: mean - this.market5m, sd };
  };
  get marketBreadth(): number {
    return this.#heat.marketBreadth;
  }

  movers = (): ReturnType<SectorInput['movers']> => {
    const { universe } = this.#market;
    const ranked = this.#heat.ranked(this.#k);
    const mover = ({ row, ret5m }: (typeof ranked)[number]): Mover => ({ id: universe.ids[row]!, ret5m });
    const followers = ranked
      .filter(({ row, ret5m }) => ret5m < followerMax && !universe.noLimit[row])
      .sort((a, b) => universe.adv20[b.row]! - universe.adv20[a.row]! || a.row - b.row);
    const leader = this.leaders.of(this.#k, ranked, this.tsec);
    const leaders = [...ranked.filter(({ row }) => row === leader), ...ranked.filter(({ row }) => row !== leader)];
    return { leaders: leaders.slice(0, leaderCount).map(mover), followers: followers.slice(0, followerCount).map(mover) };
  };
}
