/**
 * `npx tsx scenarios/calibrate/flow-norms.ts <tick file>… [--write]`: mean and deviation of nar3m by half hour over recorded ticks, every symbol weighing
 * the same; with `--write` they stand in engine/reference/minute-shape.json for symbols without a norm of their own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { defaultConfig } from '../../contracts/config.ts';
import { tsecOf } from '../../contracts/session.ts';
import { Cell } from '../../engine/cell/cell.ts';
import { buckets } from '../../engine/features/thresholds.ts';
import { fileBundle } from '../../engine/feeds/tick-files/file-bundle.ts';
import { fileDays } from '../../engine/feeds/tick-files/file-days.ts';
import { pace } from '../../engine/log/pacer.ts';
import { orderedRows } from '../../engine/log/row-source.ts';
import { bundleSha } from '../../engine/runtime/fold.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { write: { type: 'boolean', default: false } } });
const everySec = 15;
const seen: number[][] = Array.from({ length: buckets }, () => []);
let days = 0;
for (const file of positionals) {
  for await (const day of fileDays(file, {})) {
    const bundle = fileBundle(day, defaultConfig);
    const cell = new Cell(bundle);
    days += 1;
    const open = { tradeDate: day.date, bundle: bundleSha(bundle), codeVersion: 'calibrate', origin: 'recorded' } as const;
    let lastTsec = 0;
    for (const entry of pace(open, orderedRows('file', day.quotes()))) {
      cell.apply(entry);
      const tsec = tsecOf(cell.timeMs);
      // over lunch and after the close trading time stands still
      if (entry.type !== 'clock' || tsec === lastTsec || tsec % everySec !== 0) continue;
      lastTsec = tsec;
      for (let s = 0; s < bundle.instruments.length; s++) {
        const nar = cell.symbols.featureOf(s, 'nar3m');
        if (!Number.isNaN(nar)) seen[Math.min(Math.floor(tsec / 1800), buckets - 1)]!.push(nar);
      }
    }
  }
}
const round = (x: number): number => Number(x.toPrecision(3));
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const narMean = seen.map((xs) => round(mean(xs)));
const narSd = seen.map((xs) => {
  const middle = mean(xs);
  return round(Math.sqrt(mean(xs.map((x) => (x - middle) * (x - middle)))));
});
console.log(`${days} days, ${seen.map((xs) => xs.length).join(' ')} moments by half hour`);
console.log(JSON.stringify({ narMean, narSd }));
const file = 'engine/reference/minute-shape.json';
const shape = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
if (values.write) writeFileSync(file, `${JSON.stringify({ ...shape, narMean, narSd })}\n`);
