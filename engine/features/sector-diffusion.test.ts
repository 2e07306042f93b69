/** How far a sector's rise has spread, and how fast: by hand over eight symbols of which σ is 1 %. */
import { describe, expect, test } from 'vitest';
import type { FeatureEngine } from './engine.ts';
import { SectorDiffusion } from './sector-diffusion.ts';
import type { Sectors } from './sectors.ts';

const nan = Number.NaN;
/** Sector 0 has rows 0 to 5, sector 1 rows 4 to 7: too few. */
const sectors = { count: 2, members: Int32Array.of(0, 1, 2, 3, 4, 5, 4, 5, 6, 7), from: Int32Array.of(0, 6, 10) } as unknown as Sectors;

function made() {
  const ret5m = new Float64Array(8);
  const crossSection = { mktMed5m: 0 };
  const asked: unknown[] = [];
  const engine = {
    universe: { count: 8 },
    rings: { head: new Int32Array(8).fill(400), values: new Float64Array(64).fill(10_000), base: () => 0 },
    sectioner: { returns: { ret5m } },
    crossSection,
    sigma: (...of: unknown[]) => {
      asked.push(of);
      return 0.01;
    },
  } as unknown as FeatureEngine;
  const diffusion = new SectorDiffusion(engine, sectors);
  const stand = (rets: readonly number[], market = 0): void => {
    ret5m.set(rets);
    crossSection.mktMed5m = market;
  };
  return { diffusion, stand, asked };
}

describe('share', () => {
  test.each([
    ['ahead by more than a sigma, of the live ones', [0.011, 0.02, 0.01, -0.02, nan, 0], 0, 2 / 5],
    ['ahead of the market, not of nothing', [0.031, 0.02, 0.01, 0, 0, 0], 0.02, 1 / 6],
    ['behind a falling market it is ahead all the same', [0, 0, 0, 0, 0, -0.03], -0.02, 5 / 6],
    ['nobody', [0, 0, 0, 0, 0, 0], 0, 0],
  ])('%s', (_what, rets, market, share) => {
    const { diffusion, stand, asked } = made();
    stand(rets, market);
    expect(diffusion.share(0)).toBeCloseTo(share, 12);
    // σ of the five minutes up to the symbol's own last quote
    expect(asked[0]).toEqual([0, 900, 300, 10_000]);
  });

  test('unknown under five live members, and while the market’s own is', () => {
    const { diffusion, stand } = made();
    stand([1, 1, nan, nan, 1, 1, 1, 1]);
    expect([diffusion.share(0), diffusion.share(1)]).toEqual([nan, nan]);
    stand([1, 1, 1, 1, 1, 1], nan);
    expect(diffusion.share(0)).toBeNaN();
  });
});

describe('speed', () => {
  test('against the first cross-section of the minute five before: three more of six in five minutes are a tenth a minute', () => {
    const { diffusion, stand } = made();
    stand([0.02, 0, 0, 0, 0, 0]);
    diffusion.update(1803);
    stand([0.02, 0.02, 0.02, 0.02, 0.02, 0.02]);
    diffusion.update(1806);
    diffusion.update(1859);
    stand([0.02, 0.02, 0.02, 0.02, 0, 0]);
    for (let tsec = 1860; tsec <= 2100; tsec += 60) diffusion.update(tsec);

    expect(diffusion.speed(0, 2100)).toBeCloseTo((4 / 6 - 1 / 6) / 5, 12);
    expect(diffusion.speed(0, 2159)).toBeCloseTo(0.1, 12);
    expect(diffusion.speed(0, 2160)).toBeCloseTo(0, 12);
  });

  test('unknown in the first five minutes, after a minute that nobody noted, and where a share is', () => {
    const { diffusion, stand } = made();
    stand([0.02, 0, 0, 0, 0, 0]);
    diffusion.update(3);
    expect([diffusion.speed(0, 200), diffusion.speed(0, 301)]).toEqual([nan, 0]);
    diffusion.update(420);
    expect(diffusion.speed(0, 660)).toBeNaN();
    expect(diffusion.speed(1, 301)).toBeNaN();
  });

  test('without sectors nothing is looked at', () => {
    const { asked } = made();
    const none = new SectorDiffusion({ universe: { count: 8 } } as unknown as FeatureEngine, { count: 0 } as unknown as Sectors);
    none.update(60);
    expect(asked).toEqual([]);
  });
});
