/** `fenshi strategy try`: a strategy of one's own through recorded days, and what the engine made of what it said. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { entityToken } from '../../../contracts/entity.ts';
import { FenshiError } from '../../../contracts/errors.ts';
import { fileBundle } from '../../feeds/tick-files/file-bundle.ts';
import { fileDays } from '../../feeds/tick-files/file-days.ts';
import { pace } from '../../log/pacer.ts';
import { orderedRows } from '../../log/row-source.ts';
import { bundleDir, codeVersion, dataDir, root } from '../../runtime/paths.ts';
import { replayDay } from '../../runtime/replay.ts';
import { paramsOf, readStrategy } from '../../sandbox/manifest.ts';
import { Seated, withEnabled } from '../../sandbox/seating.ts';
import { stepped } from '../../sandbox/try-day.ts';
import { loadConfig } from '../config.ts';
import { jsonOf } from './strategy.ts';

export type TryFlags = { readonly date?: string; readonly params?: string; readonly json?: boolean };

/** @throws FenshiError REPLAY_INPUT, STRATEGY_INVALID */
export async function tryStrategy(folder: string, input: string, { date, params: paramsFile, json = false }: TryFlags): Promise<void> {
  const strategy = readStrategy(resolve(folder));
  const { id } = strategy.manifest;
  const params = paramsOf(strategy.manifest, paramsFile === undefined ? {} : jsonOf(paramsFile));
  if (!existsSync(input)) throw new FenshiError('REPLAY_INPUT', `${input}: neither a file nor a folder`);
  const config = withEnabled(loadConfig(root).config, [{ strategy, mode: 'active', params }]);
  const run = `try-${id}-${process.pid}`;
  const scratch = join(dataDir, 'tmp');
  mkdirSync(scratch, { recursive: true });
  let end: string | null = null;
  for await (const day of fileDays(input, { ...(date === undefined ? {} : { date }), scratch })) {
    // each day begins with a fresh memory, as each live day does with a fresh start
    const seated = await Seated.of({ strategy, params }, { output: json ? 'ignore' : 'inherit' });
    const bundle = fileBundle(day, config);
    const said = { entries: 0, raised: 0 };
    const step = stepped([seated], (_id, why) => {
      end = why;
    });
    const signals = { enter: 0, confirm: 0, exit: 0 };
    const opened = new Set<string>();
    const report = await replayDay(
      bundle,
      (sha) => pace({ tradeDate: day.date, bundle: sha, codeVersion, origin: 'recorded' }, orderedRows('file', day.quotes())),
      {
        dir: join(dataDir, run),
        bundles: bundleDir,
        speed: null,
        more: async (cell, entry) => {
          const entries = await step(cell, entry);
          for (const each of entries) {
            if (each.type !== 'ext') continue;
            said.entries += 1;
            if (each.raised) said.raised += 1;
          }
          return entries;
        },
        onStep: (entries) => {
          const entered = new Set<string>();
          for (const entry of entries) {
            if (entry.kind === 'signal' && entry.signal.strategy.id === id) {
              const { phase, entity } = entry.signal;
              if (phase === 'enter') entered.add(entityToken(entity));
              if (phase in signals) signals[phase as keyof typeof signals] += 1;
            }
            // what was discovered in the step in which it entered
            const isNew =
              entry.kind === 'transition' && entry.machine === 'opportunity' && entry.to === 'discovered' && entry.from === null;
            if (isNew && [...entered].some((token) => entry.actorId.includes(`.${token}.`))) opened.add(entry.actorId);
          }
        },
      },
    ).finally(() => seated.seat.close());
    const line = {
      date: report.date,
      asked: seated.seat.asked,
      ...said,
      signals,
      opportunities: opened.size,
      ended: end,
      hash: report.hash,
    };
    if (json) console.log(JSON.stringify(line));
    else
      console.log(
        `${report.date}  asked ${line.asked}×, said ${said.entries}; signals ${signals.enter}, confirmed ${signals.confirm}; opportunities it opened ${opened.size}`,
      );
    if (end !== null) throw new FenshiError('STRATEGY_INVALID', end);
  }
  if (!json) console.log(`day files: ${join('.fenshi', run)}`);
}
