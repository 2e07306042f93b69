/**
 * How episodes go on recorded days, for the preset `real` (contracts/spec/invented-market.md#presets): slow rises with nothing sure after them, thin moves
 * that revert, dives half of which come back. What stands at a limit is made as in the planted market.
 */
import type { Leg } from './episodes.ts';
import { type Draw, type Recipe, type Recipes, recipes } from './recipes.ts';

/** Up .5 to 2 % in five to twenty minutes. */
function climb({ from, clarity, wide, between }: Draw): { leg: Leg; rise: number } {
  const rise = between(0.005, 0.02) * wide;
  return {
    rise,
    leg: {
      from,
      to: from + between(300, 1200),
      logReturn: rise,
      intensity: 1 + between(0.5, 2.5) * clarity,
      buyTilt: between(0.1, 0.25) * clarity,
    },
  };
}

/** What follows a rise: as often on as back, by as much. */
function climbed(draw: Draw, way: 1 | -1): Recipe {
  const { leg, rise } = climb(draw);
  const { between } = draw;
  const after: Leg = {
    from: leg.to,
    to: leg.to + between(450, 1200),
    logReturn: way * rise * between(0.2, 0.6),
    intensity: 1.3,
    buyTilt: way * 0.05,
  };
  return { legs: [leg, after], params: { rise }, detectors: ['rally'], states: ['discovered'] };
}

export const realRecipes: Recipes = {
  ...recipes,
  RALLY_TRUE: (draw) => climbed(draw, 1),
  RALLY_FADE: (draw) => climbed(draw, -1),
  QUIET_ACCUM: ({ from, between, clarity }) => ({
    legs: [{ from, to: from + between(600, 1200), logReturn: 0, intensity: 1.6, buyTilt: 0.15 * clarity, bigPrints: 3 }],
    sub: 'alone',
    detectors: ['moneyflow'],
  }),
  DIVE: ({ from, between, wide, clarity }) => {
    const fall = between(0.02, 0.035) * (wide === 1 ? 1 : 1.3);
    const low = from + between(60, 240);
    return {
      legs: [
        { from, to: low, logReturn: -fall, intensity: 1 + 5 * clarity, buyTilt: -0.3 * clarity },
        { from: low, to: low + 900, logReturn: 0.5 * fall, intensity: 1.5, buyTilt: 0.05 },
      ],
      params: { fall },
      detectors: ['risk'],
    };
  },
  DISTRIBUTION: (draw) => {
    const { leg } = climb(draw);
    return {
      legs: [
        leg,
        {
          from: leg.to,
          to: leg.to + draw.between(600, 1200),
          logReturn: -0.005 * draw.wide,
          intensity: 2,
          buyTilt: -0.12 * draw.clarity,
          bigPrints: 2,
        },
      ],
      detectors: ['risk'],
    };
  },
};
