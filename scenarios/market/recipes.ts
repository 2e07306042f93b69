/** How each planted episode is made, in legs (contracts/spec/invented-market.md#episodes). `clarity` scales what makes it plain; `wide` 2 for 20 % boards. */
import type { episodeTypes, Leg } from './episodes.ts';

export type Draw = {
  readonly from: number;
  readonly clarity: number;
  readonly wide: number;
  /** Seconds from where it is to its limit. */
  readonly rush: readonly [number, number];
  readonly between: (lo: number, hi: number) => number;
};
export type Recipe = {
  readonly legs: readonly Leg[];
  readonly sub?: string;
  readonly params?: Readonly<Record<string, number>>;
  /** Families that should see it; none for a decoy. */
  readonly detectors: readonly string[];
  readonly states?: readonly string[];
};
export const dayEnd = 14_400;

function ramp({ from, clarity, wide, between }: Draw): { leg: Leg; rise: number } {
  const rise = between(0.02, 0.05) * wide;
  return {
    rise,
    leg: {
      from,
      to: from + between(60, 240),
      logReturn: rise,
      intensity: 1 + (between(4, 10) - 1) * clarity,
      buyTilt: between(0.3, 0.55) * clarity,
    },
  };
}

/** To the limit within some minutes, and held there until `to`. */
function drive({ from, between, rush }: Draw, to: number): Leg[] {
  const sealed = from + between(rush[0], rush[1]);
  return [
    { from, to: sealed, logReturn: 0, intensity: between(4, 9), buyTilt: 0.4, band: 'up' },
    { from: sealed, to: Math.max(to, sealed + 60), logReturn: 0, intensity: 1, buyTilt: 0.2, band: 'up' },
  ];
}

export type Recipes = Readonly<Record<(typeof episodeTypes)[number], (draw: Draw) => Recipe>>;

export const recipes: Recipes = {
  RALLY_TRUE: (draw) => {
    const { leg, rise } = ramp(draw);
    const { between, wide } = draw;
    const on: Leg = { from: leg.to, to: leg.to + between(450, 1200), logReturn: between(0.005, 0.025) * wide, intensity: 2, buyTilt: 0.08 };
    return { legs: [leg, on], params: { rise }, detectors: ['rally'], states: ['discovered', 'confirmed', 'tracking'] };
  },
  RALLY_FADE: (draw) => {
    const { leg, rise } = ramp(draw);
    const { between, clarity } = draw;
    const back: Leg = {
      from: leg.to,
      to: leg.to + between(180, 750),
      logReturn: -rise * between(0.6, 1.1),
      intensity: 2,
      buyTilt: -0.25 * clarity,
    };
    return { legs: [leg, back], params: { rise }, detectors: ['rally'], states: ['discovered', 'ended'] };
  },
  THIN_POP: ({ from, wide, between }) => {
    const rise = between(0.015, 0.03) * wide;
    const top = from + between(9, 60);
    const legs: Leg[] = [
      { from, to: top, logReturn: rise, intensity: 1, buyTilt: 0 },
      { from: top, to: top + between(60, 240), logReturn: -rise * between(0.9, 1.05), intensity: 1, buyTilt: 0 },
    ];
    return { legs, params: { rise }, detectors: [] };
  },
  QUIET_ACCUM: (draw) => {
    const { from, between, clarity, wide } = draw;
    const quiet: Leg = { from, to: from + between(600, 1200), logReturn: 0, intensity: 1.6, buyTilt: 0.15 * clarity, bigPrints: 4 };
    if (between(0, 1) >= 0.5) return { legs: [quiet], sub: 'alone', detectors: ['moneyflow'] };
    const { leg } = ramp({ ...draw, from: quiet.to });
    return {
      legs: [
        quiet,
        leg,
        { from: leg.to, to: leg.to + between(450, 1200), logReturn: between(0.005, 0.02) * wide, intensity: 2, buyTilt: 0.08 },
      ],
      sub: 'then rally',
      detectors: ['moneyflow', 'rally'],
    };
  },
  FLOW_DUMP: ({ from, between, clarity }) => ({
    legs: [{ from, to: from + between(600, 1200), logReturn: 0, intensity: 1.6, buyTilt: -0.15 * clarity, bigPrints: 4 }],
    detectors: ['moneyflow', 'risk'],
  }),
  LIMIT_SEAL: (draw) => ({ legs: drive(draw, dayEnd), detectors: ['limitup'], states: ['sealed'] }),
  SEAL_OPEN: (draw) => {
    const legs = drive(draw, draw.from + draw.between(900, 2400));
    const opened = legs.at(-1)!.to;
    return {
      legs: [
        ...legs,
        { from: opened, to: opened + draw.between(120, 600), logReturn: -draw.between(0.02, 0.06), intensity: 5, buyTilt: -0.3 },
      ],
      detectors: ['limitup', 'risk'],
      states: ['sealed', 'opened'],
    };
  },
  RESEAL: (draw) => {
    const legs = drive(draw, draw.from + draw.between(600, 1500));
    const opened = legs.at(-1)!.to;
    const low = opened + draw.between(90, 300);
    return {
      legs: [
        ...legs,
        { from: opened, to: low, logReturn: -draw.between(0.01, 0.03), intensity: 5, buyTilt: -0.2 },
        ...drive({ ...draw, from: low }, dayEnd),
      ],
      detectors: ['limitup'],
      states: ['sealed', 'opened', 'resealed'],
    };
  },
  ONEWORD: ({ between }) => ({
    legs: [{ from: 0, to: dayEnd, logReturn: 0, intensity: between(0.5, 1), buyTilt: 0.3, band: 'up' }],
    detectors: ['limitup'],
    states: ['sealed'],
  }),
  SECOND_BOARD: (draw) => ({ legs: drive(draw, dayEnd), detectors: ['limitup'], states: ['sealed'], params: { boards: 1 } }),
  DIVE: ({ from, between, wide, clarity }) => {
    const fall = between(0.03, 0.06) * wide;
    return {
      legs: [{ from, to: from + between(60, 180), logReturn: -fall, intensity: 1 + 7 * clarity, buyTilt: -0.4 * clarity }],
      params: { fall },
      detectors: ['risk'],
    };
  },
  DISTRIBUTION: (draw) => {
    const { leg } = ramp(draw);
    return {
      legs: [
        leg,
        { from: leg.to, to: leg.to + draw.between(600, 1200), logReturn: -0.01 * draw.wide, intensity: 3, buyTilt: -0.15, bigPrints: 3 },
      ],
      detectors: ['risk'],
    };
  },
  SPOOF_WALL: ({ from, between }) => ({
    legs: [{ from, to: from + between(60, 180), logReturn: 0, intensity: 1, buyTilt: 0, wall: between(0, 1) < 0.5 ? 'bid' : 'ask' }],
    detectors: ['risk'],
  }),
  BLOCK_PRINT: ({ from, between }) => ({
    legs: [{ from, to: from + 3, logReturn: 0, intensity: 1, buyTilt: 0, block: between(20, 80) }],
    detectors: [],
  }),
  SUSPEND_RESUME: ({ from, between }) => ({
    legs: [{ from, to: from + between(600, 1800), logReturn: 0, intensity: 0, buyTilt: 0, halted: true }],
    detectors: [],
  }),
};
