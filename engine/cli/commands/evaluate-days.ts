/** `fenshi evaluate days`: recorded ticks through the whole engine, what was said beside what came. */
import type { Command } from 'commander';
import { FenshiError } from '../../../contracts/errors.ts';
import type { JournalEntry } from '../../../contracts/journal.ts';
import { clockOf } from '../../../contracts/session.ts';
import { fileBundle } from '../../feeds/tick-files/file-bundle.ts';
import { fileDays } from '../../feeds/tick-files/file-days.ts';
import { pace } from '../../log/pacer.ts';
import { orderedRows } from '../../log/row-source.ts';
import { type DaysReport, reportOf } from '../../runtime/days-report.ts';
import { bundleSha } from '../../runtime/fold.ts';
import { type LabelledDay, labelledDay } from '../../runtime/labelled-day.ts';
import { codeVersion, root } from '../../runtime/paths.ts';
import { loadConfig } from '../config.ts';

type Flags = { readonly json?: boolean; readonly evidence?: boolean };

export function registerEvaluateDays(evaluate: Command): void {
  evaluate
    .command('days')
    .argument('<inputs...>', 'tick files, or folders of them')
    .option('--evidence', 'list each opportunity with what was asked of it')
    .option('--json', 'print as JSON')
    .description('ticks of real days through the whole engine: signals and opportunities by family, what was said beside what came')
    .addHelpText('after', '\nExample: fenshi evaluate days ticks_2019.csv.gz --evidence\nExit codes: 0 done, 1 refused with a code')
    .action(run);
}

async function run(inputs: readonly string[], { json, evidence }: Flags): Promise<void> {
  const { config } = loadConfig(root);
  const days: LabelledDay[] = [];
  for (const input of inputs) {
    for await (const day of fileDays(input, {
      onFile: ({ path, refused }) => refused > 0 && console.error(`fenshi: ${path}: ${refused} rows refused`),
    })) {
      const bundle = fileBundle(day, config);
      const open = { tradeDate: day.date, bundle: bundleSha(bundle), codeVersion, origin: 'recorded' } as const;
      days.push(await labelledDay(bundle, pace(open, orderedRows('file', day.quotes()))));
    }
  }
  if (days.length === 0) throw new FenshiError('REPLAY_INPUT', `${inputs.join(', ')}: no day in it`);
  const report = reportOf(days);
  if (json === true) return console.log(JSON.stringify(report));
  console.log(linesOf(report));
  if (evidence === true) console.log(days.flatMap(({ entries }) => entries.flatMap(evidenceLine)).join('\n'));
}

const share = (x: number | null): string => (x === null ? 'none' : x.toFixed(3).replace(/^0/, ''));
const parts = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .map(([key, n]) => `${key} ${n}`)
    .join(', ') || 'none';

function linesOf({ days, symbolDays, signals, opportunities, suppressed, faults, forecasts, moves, baseRates }: DaysReport): string {
  return [
    `${days} days, ${symbolDays} symbol-days; faults ${faults}; suppressed ${parts(suppressed)}`,
    ...Object.entries(signals).map(([strategy, phases]) => `signals ${strategy}: ${parts(phases)}`),
    ...Object.entries(opportunities).map(
      ([family, states]) =>
        `opportunities ${family}: ${parts(states)}; ${((states.discovered ?? 0) / symbolDays).toFixed(2)} discovered and ${((states.confirmed ?? 0) / symbolDays).toFixed(2)} confirmed a symbol-day`,
    ),
    ...forecasts.map(
      ({ stage, family, event, n, censored, said, base, came, came95 }) =>
        `${family} ${stage}, ${event}: said ${share(said)}, base ${share(base)}, came ${n === 0 ? 'none' : share(came)} [${came95.map(share).join(', ')}] of ${n}, ${censored} without a label`,
    ),
    ...moves.map(
      ({ of, n, meanBp, excessBp }) =>
        `three minutes after ${of}: ${meanBp.toFixed(1)} bp along it, ${excessBp.toFixed(1)} bp over what the symbol did that day, of ${n}`,
    ),
    ...baseRates.map(
      ({ event, n, base, fifths }) =>
        `base rate of ${event}: ${n} moments that nothing chose, came ${share(base)}; said → came ${fifths.map((fifth) => `${share(fifth.said)}→${share(fifth.came)}`).join('  ')}`,
    ),
  ].join('\n');
}

/** A birth, a confirmation or an end, with what was asked. */
function evidenceLine(entry: JournalEntry): string[] {
  if (entry.kind !== 'transition' || entry.machine !== 'opportunity' || entry.region !== 'lifecycle') return [];
  if (entry.from !== null && entry.to !== 'confirmed' && entry.to !== 'ended') return [];
  const asked = entry.evidence.map(({ feature, value, op, threshold }) =>
    threshold === null
      ? `${feature} ${value?.toPrecision(3) ?? 'unknown'}`
      : `${feature} ${value?.toPrecision(3) ?? 'unknown'} ${op} ${threshold.toPrecision(3)}`,
  );
  const state = entry.to === 'ended' ? `ended ${String(entry.data.endReason)}` : entry.to;
  return [`${entry.actorId.slice('opportunity.'.length)} ${clockOf(entry.tsMs)} ${state}: ${asked.join(', ')}`];
}
