/** What of the configuration the day's decisions are made by, as it stands now: the bundle's, and what control has changed since. */
import type { CoolDowns } from '../../actors/opportunity/cool-down.ts';
import type { BundleConfig } from '../../contracts/bundle.ts';
import type { ConfigChange } from '../../contracts/config.ts';

type Held = Pick<BundleConfig, 'opportunities' | 'universe'>;

export class Settings {
  #held: Held;

  constructor({ opportunities, universe }: Held) {
    this.#held = { opportunities, universe };
  }

  get opportunities(): Held['opportunities'] {
    return this.#held.opportunities;
  }
  get universe(): Held['universe'] {
    return this.#held.universe;
  }

  get coolDowns(): CoolDowns {
    const { coolDownSec: other, coolDownTargetSec, coolDownStopSec, coolDownTwoStopsSec } = this.opportunities;
    return { other, target: coolDownTargetSec, stop: coolDownStopSec, twoStops: coolDownTwoStopsSec };
  }

  /** What lives keeps the plan, the cost and the cool-down that it was born with. */
  change({ opportunities, universe }: ConfigChange): void {
    this.#held = {
      opportunities: { ...this.#held.opportunities, ...given(opportunities) },
      universe: { ...this.#held.universe, ...given(universe) },
    };
  }

  image = (): Held => this.#held;
  restore(image: Held): void {
    this.#held = image;
  }
}

const given = (values: object | undefined): object =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined));
