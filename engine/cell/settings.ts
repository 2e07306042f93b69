/** What of the configuration the day's decisions are made by, as it stands now: the bundle's, and what control has changed since. */
import type { CoolDowns } from '../../actors/opportunity/cool-down.ts';
import type { BundleConfig } from '../../contracts/bundle.ts';
import type { ConfigChange } from '../../contracts/config.ts';

type Held = Pick<BundleConfig, 'opportunities' | 'universe'>;

export class Settings {
  #held: Held;
  /** Keys that control has named, such as `opportunities.liveMax`. */
  #changed: readonly string[] = [];

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

  /** What lives keeps the cool-down it was born with, and the plan it was confirmed with. */
  change({ opportunities, universe }: ConfigChange): void {
    const named = Object.entries({ opportunities, universe }).flatMap(([section, values]) =>
      Object.keys(given(values)).map((name) => `${section}.${name}`),
    );
    this.#changed = [...new Set([...this.#changed, ...named])];
    this.#held = {
      opportunities: { ...this.#held.opportunities, ...given(opportunities) },
      universe: { ...this.#held.universe, ...given(universe) },
    };
  }

  get changed(): readonly string[] {
    return this.#changed;
  }

  image = () => ({ held: this.#held, changed: this.#changed });
  restore({ held, changed }: ReturnType<Settings['image']>): void {
    [this.#held, this.#changed] = [held, changed];
  }
}

const given = (values: object | undefined): object =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined));
