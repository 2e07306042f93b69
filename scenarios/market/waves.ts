/**
 * Episodes of more than one symbol (contracts/spec/invented-market.md#episodes): the whole market lifted, a sector's rotation with leaders and followers, a false one
 * by a single heavyweight. When and where is drawn by the market or the sector; whether and how a symbol takes part it draws itself, so
 * that it does so in any universe.
 */
import { log } from '../../contracts/math.ts';
import type { Episode, Leg } from './episodes.ts';
import type { Preset } from './nature.ts';
import { randomOf } from './random.ts';
import { type Issue, sectorCount } from './universe.ts';

const entityMarket = -1;
const entitySector = -1000;
/** A full market's counts a day and their sizes; recorded days have none or one move of the whole market, as often down as up. */
const tides = {
  planted: { lifts: 2, rotations: 10, fakes: 8, lift: [0.01, 0.01], rotation: [0.02, 0.02] },
  real: { lifts: 1, rotations: 3, fakes: 3, lift: [-0.003, 0.006], rotation: [0.004, 0.007] },
} as const;
const leaderShare = 0.06;

type Wave = {
  readonly type: 'MARKET_LIFT' | 'ROTATION' | 'ROTATION_FAKE';
  readonly sector: number | null;
  readonly from: number;
  readonly size: number;
  readonly share: number;
};

export function wavesOf(seed: number, day: number, preset: Preset = 'planted'): Wave[] {
  const { lifts, rotations, fakes, lift: liftSize, rotation } = tides[preset];
  const market = randomOf(seed, day, entityMarket, 'episode');
  const start = (random: typeof market) => Math.floor((600 + random.uniform() * 11_400) / 3) * 3;
  const waves: Wave[] = Array.from({ length: lifts }, () => ({
    type: 'MARKET_LIFT',
    sector: null,
    from: start(market),
    size: liftSize[0] + liftSize[1] * market.uniform(),
    share: 1,
  }));
  for (let sector = 0; sector < sectorCount; sector++) {
    const random = randomOf(seed, day, entitySector - sector, 'episode');
    const luck = random.uniform();
    const [from, size, share] = [start(random), rotation[0] + rotation[1] * random.uniform(), 0.55 + 0.3 * random.uniform()];
    if (luck < rotations / sectorCount) waves.push({ type: 'ROTATION', sector, from, size, share });
    else if (luck < (rotations + fakes) / sectorCount) waves.push({ type: 'ROTATION_FAKE', sector, from, size, share });
  }
  return waves;
}

/** What the symbol does in the waves of the day. */
export function waveEpisodes(seed: number, day: number, issue: Issue, waves: readonly Wave[]): Episode[] {
  return waves.flatMap((wave, k) => {
    const random = randomOf(seed, day, issue.no * 8 + (k % 8), 'wave');
    const legs = wave.type === 'MARKET_LIFT' ? [lift(wave, issue)] : wave.sector === issue.sector ? rotate(wave, issue, random) : [];
    const [first, last] = [legs[0], legs.at(-1)];
    if (first === undefined || last === undefined) return [];
    const detectors = wave.type === 'ROTATION' ? ['rotation'] : [];
    return [
      {
        id: `${wave.type}-${wave.sector ?? 'all'}-${wave.from}-${issue.no}-${day}`,
        type: wave.type,
        sub: first.intensity > 3 ? 'leader' : wave.type === 'MARKET_LIFT' ? null : 'follower',
        no: issue.no,
        sector: wave.sector,
        tStart: first.from,
        tPeak: first.to,
        tEnd: last.to,
        difficulty: 0.5,
        params: { size: wave.size, share: wave.share },
        expected: { detectors, states: detectors.length > 0 ? ['warming', 'hot'] : [], window: [wave.from, last.to + 120] as const },
        legs,
      },
    ];
  });
}

const lift = ({ from, size }: Wave, { beta }: Issue): Leg => ({
  from,
  to: from + 240,
  logReturn: size * beta,
  intensity: 1.5,
  buyTilt: 0.1,
});

function rotate({ type, from, size, share }: Wave, issue: Issue, random: ReturnType<typeof randomOf>): Leg[] {
  const wide = issue.board === 'MAIN' ? 1 : 2;
  const leads = random.uniform() < leaderShare;
  const joins = random.uniform() < share;
  const locks = random.uniform() < 0.4;
  const lag = 30 - (120 + 280 * random.uniform()) * log(random.uniform());
  if (leads) {
    const top = from + 180 + 120 * random.uniform();
    const drive: Leg = { from, to: top, logReturn: size * 1.6 * wide, intensity: 6, buyTilt: 0.35 };
    return type === 'ROTATION' && locks
      ? [drive, { from: top, to: top + 5400, logReturn: 0, intensity: 2, buyTilt: 0.2, band: 'up' }]
      : [drive];
  }
  if (type === 'ROTATION_FAKE' || !joins || lag > 1500) return [];
  return [
    {
      from: from + Math.floor(lag / 3) * 3,
      to: from + Math.floor(lag / 3) * 3 + 240,
      logReturn: size * (0.4 + 0.4 * random.uniform()) * wide,
      intensity: 2.5,
      buyTilt: 0.2,
    },
  ];
}
