/** What a run's configuration and its strategies' processes have to agree on. */
import type { Config } from '../../contracts/config.ts';
import type { RoleStart } from '../../contracts/roles.ts';
import type { ExternalReading } from '../../contracts/tape.ts';
import type { FeatureView } from '../../contracts/view.ts';
import { external } from '../detectors/external.ts';
import { strategiesOf } from '../detectors/strategies.ts';
import { invalid } from './manifest.ts';
import { Seat, type SeatFault, type ShownMoment } from './seat.ts';
import type { Enabled } from './store.ts';
import { ToldBook } from './told-book.ts';

/** The configuration with a strategy of the `external` detector for each that is on. @throws FenshiError STRATEGY_INVALID where a name is taken */
export function withEnabled(config: Config, enabled: readonly Enabled[]): Config {
  const taken = enabled.find(({ strategy }) => Object.hasOwn(config.detectors, strategy.manifest.id));
  if (taken !== undefined) throw invalid(`${taken.strategy.manifest.id}: the configuration has a strategy of that name`);
  const own = Object.fromEntries(enabled.map((each) => [each.strategy.manifest.id, sectionOf(each)]));
  const all = { ...config.detectors, ...own };
  // more than a day can hold are refused before anything has started
  strategiesOf(all);
  return { ...config, detectors: all };
}

function sectionOf({ strategy: { manifest, sha256 }, mode, params }: Enabled): Record<string, unknown> {
  const { id, version, horizonSec, enter, exit, holdSec } = manifest;
  return { detector: external.id, mode, package: `${id}@${version}`, sha256, horizonSec, enter, exit, holdSec, of: params };
}

/** What the sandbox role is told. */
export const sandboxStart = (enabled: readonly Enabled[]): NonNullable<RoleStart['sandbox']> => ({
  strategies: enabled.map(({ strategy: { dir, sha256, manifest }, params }) => ({ id: manifest.id, dir, sha256, params: { ...params } })),
});

/** One strategy seated, with what it has said. */
export class Seated {
  readonly seat: Seat;
  readonly #book: ToldBook;
  #told = false;

  constructor(seat: Seat) {
    const { id, holdSec } = seat.strategy.manifest;
    this.seat = seat;
    this.#book = new ToldBook(id, holdSec);
  }

  static async of(
    { strategy, params }: Pick<Enabled, 'strategy' | 'params'>,
    options: Parameters<typeof Seat.take>[2] = {},
  ): Promise<Seated> {
    return new Seated(await Seat.take(strategy, params, options));
  }

  get id(): string {
    return this.seat.strategy.manifest.id;
  }

  /** Entries for the tape, given what is shown of the symbols at `tsMs`; none once it was ended. */
  async look(tsMs: number, views: readonly Pick<FeatureView, 'instrument' | 'values'>[]): Promise<ExternalReading[]> {
    if (views.length === 0) return [];
    const { features } = this.seat.strategy.manifest;
    const moments: ShownMoment[] = views.map(({ instrument, values }) => ({
      symbol: instrument,
      tsMs,
      features: Object.fromEntries(features.map((id) => [id, values[id] ?? null])),
    }));
    const readings = await this.seat.ask(moments);
    if (readings === null) return [];
    return this.#book.entries(
      tsMs,
      moments.map(({ symbol }) => symbol),
      readings,
    );
  }

  /** Why it was ended, the first time this is asked after it was; then null. */
  newFault(): SeatFault | null {
    if (this.seat.fault === null || this.#told) return null;
    this.#told = true;
    return this.seat.fault;
  }
}
