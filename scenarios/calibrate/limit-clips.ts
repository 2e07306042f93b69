/**
 * `npx tsx scenarios/calibrate/limit-clips.ts <folder>`: writes into models.json between which quantiles (.005 and .995) each feature lay on the
 * days its model was fitted on. The folder holds those days: daily rows with limits, and limit-up lists.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { limitDays } from '../../engine/backtest/limit-days/days.ts';
import { limitDefinitions, limitEvents } from '../../engine/backtest/limit-days/events.ts';
import { quantileOf } from '../../engine/backtest/ranking.ts';
import { readLimitFiles } from '../../engine/files/limit-files.ts';

const file = 'engine/backtest/limit-days/models.json';
const folder = process.argv[2];
if (folder === undefined) throw new Error('name the folder of daily rows and limit lists');
const { daily, list } = await readLimitFiles(folder);
const { sessions, days } = limitDays(daily, list);
const shipped = JSON.parse(readFileSync(file, 'utf8')) as {
  models: Record<string, { features: string[]; clip: Record<string, [number, number]>; train: { first: string; last: string } }>;
};
const rounded = (x: number): number => Number(x.toPrecision(8));
for (const event of limitEvents) {
  const model = shipped.models[event]!;
  const { isAbout, features } = limitDefinitions[event];
  const seen = sessions
    .filter(({ date }) => date >= model.train.first && date <= model.train.last)
    .filter(isAbout)
    .map((session) => features(session, days));
  for (const id of model.features) {
    const values = seen.map((x) => x[id]!).filter((value) => !Number.isNaN(value));
    model.clip[id] = [rounded(quantileOf(values, 0.005)), rounded(quantileOf(values, 0.995))];
  }
  console.log(`${event}: ${seen.length} cases`);
}
writeFileSync(file, `${JSON.stringify(shipped, null, 2)}\n`);
