/** `npm run torture [-- --kills 60 --seed 1]`: seeded SIGKILLs of engine and broker; prints how often each point was hit, and the verdict. */
import { parseArgs } from 'node:util';
import { crashPoints } from '../../engine/runtime/crash-points.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { generatedDay, lcg } from '../support/days.ts';
import { startTestBroker } from '../support/test-broker.ts';
import { foldUnderFire, type Kill } from './kills.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } } });
const random = lcg(Number(values.seed));
const day = generatedDay({ count: 120 });
const expected = foldDay(day.bundle, day.entries).steps;
const points = [...crashPoints, 'nats-server'] as const;
const kills: Kill[] = Array.from({ length: Number(values.kills) }, (_, i) => {
  const point = points[i % points.length]!;
  return {
    point,
    count:
      point === 'midCheckpoint'
        ? 1 + random(2)
        : point === 'nats-server'
          ? 1 + Math.floor((i / Number(values.kills)) * expected.length)
          : 3 + random(12),
  };
});
const broker = await startTestBroker();
const startedMs = Date.now();
const { steps, lifecycle, hits } = await foldUnderFire(broker, day, kills, expected.length);
await broker.stop();
const lost = expected.filter(({ hash }, i) => steps[i]?.hash !== hash).length;
const projected = new Set(lifecycle.map(({ step, index }) => `${step}:${index}`));
const entries = expected.reduce((sum, step) => sum + step.entries.length, 0);
for (const point of points) console.log(`${point.padEnd(14)} hit ${hits[point] ?? 0}`);
console.log(`journal        ${steps.length} steps, ${lost} differ from an uninterrupted fold`);
console.log(`lifecycle      ${entries} entries, ${entries - projected.size} lost, ${lifecycle.length - projected.size} doubled`);
console.log(`time           ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
process.exit(lost === 0 && projected.size === entries && lifecycle.length === entries ? 0 : 1);
