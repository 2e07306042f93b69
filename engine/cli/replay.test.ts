import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowOf } from '../../contracts/quote.ts';
import { instrumentId, yuanOfMilli } from '../../contracts/units.ts';
import { scenarioRows } from '../../scenarios/format/day.ts';
import { scenarioFiles } from '../../scenarios/format/files.ts';
import type { DayReport } from '../runtime/replay-report.ts';

const run = promisify(execFile);
let dir: string;
let file: string;
let env: NodeJS.ProcessEnv;

/** The rally of a scenario as a recorded file would hold it: cumulative layout, yuan and shares. */
function tickFile(): string {
  const scenario = scenarioFiles().find(({ name }) => name === 'rally/raise-confirm-target')!;
  const levels = [1, 2, 3, 4, 5];
  const header = [
    'symbol',
    'datetime',
    'last',
    'volume_cum',
    'amount_cum',
    ...levels.map((i) => `bid${i}`),
    ...levels.map((i) => `bidv${i}`),
  ];
  const lines = [[...header, ...levels.map((i) => `ask${i}`), ...levels.map((i) => `askv${i}`), 'prev_close', 'status'].join(',')];
  const entries = scenarioRows(scenario).take(Number.POSITIVE_INFINITY);
  for (const entry of entries) {
    if (entry.type !== 'quotes') continue;
    for (let i = 0; i < entry.batch.count; i++) {
      const row = rowOf(entry.batch, i);
      const time = new Date(row.tsExchangeMs + 8 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ');
      const side = (book: typeof row.bids, field: 0 | 1) =>
        levels.map((_, level) => (field === 0 ? yuanOfMilli(book[level]?.[0] ?? 0) : (book[level]?.[1] ?? 0)));
      const books = [row.bids, row.asks].flatMap((book) => [...side(book, 0), ...side(book, 1)]);
      lines.push(
        [instrumentId(row.instrumentNo), time, yuanOfMilli(row.lastMilli!), row.volumeShares, row.amountYuan, ...books, 20, 'TRADE'].join(
          ',',
        ),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fenshi-replay-'));
  env = { ...process.env, FENSHI_DATA: join(dir, 'data') };
  file = join(dir, 'ticks.csv.gz');
  writeFileSync(file, gzipSync(tickFile()));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const replay = (...args: string[]) =>
  run(process.execPath, ['engine/cli/launch.mjs', 'engine/cli/main.ts', 'replay', ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
const reportOf = ({ stdout }: { stdout: string }): DayReport => JSON.parse(stdout.trim()) as DayReport;

describe('fenshi replay', () => {
  test('a file gives its day’s report, and at another speed the same hash', async () => {
    const report = reportOf(await replay(file, '--json'));
    const paced = reportOf(await replay(file, '--json', '--speed', '20000x'));

    expect(report.rows).toBe(report.accepted + report.duplicate + report.outOfSession);
    expect(report.assumed.some((line) => line.startsWith('Forecast of rally, moves-1pct within 900 s: '))).toBe(true);
    expect(paced.hash).toBe(report.hash);
  });

  test('an archived day replays to the same hash, by its folder and by its date', async () => {
    const { hash, date } = reportOf(await replay(file, '--json'));
    const folder = readdirSync(join(dir, 'data')).find((name) => name.startsWith('replay-'))!;

    expect(reportOf(await replay(join(dir, 'data', folder), '--json')).hash).toBe(hash);
    expect(reportOf(await replay(date, '--json')).hash).toBe(hash);
  });

  test('without --json it prints a table a person can read', async () => {
    const { stdout } = await replay(file, '--symbol', '600001.SH');
    expect(stdout).toMatch(/20261123 {2}\d+ rows = \d+ accepted \+ 0 duplicate \+ 0 out of session \+ 0 quarantined/);
    expect(stdout).toMatch(/ {2}hash {11}[0-9a-f]{64}/);
  });

  test.each([
    ['a file that is not there', ['nowhere.csv'], 'REPLAY_INPUT: nowhere.csv: neither a file, a folder nor an archived day'],
    ['a speed that is none', ['--speed', 'fast'], 'USAGE: --speed fast: expected max or a multiple such as 60x'],
  ])('%s is a coded error', async (_what, args, message) => {
    const { code, stderr } = await replay(...(args[0] === '--speed' ? [file, ...args] : args));
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('a bad row costs itself and is named; a file of nothing else is refused', async () => {
    const bad = join(dir, 'bad.csv');
    const lines = tickFile().split('\n');
    writeFileSync(bad, [...lines.slice(0, 40), lines[40]!.replace(/,20\.\d+,/, ',twenty,'), ...lines.slice(41)].join('\n'));
    const one = await replay(bad, '--json');
    expect([one.code, one.stderr]).toEqual([0, expect.stringMatching(/1 refused\n {2}refused NUMBER 1, first at line 41/)]);

    writeFileSync(bad, [lines[0], lines[1]!.replace(/,20\.\d+,/, ',twenty,')].join('\n'));
    const none = await replay(bad);
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/REPLAY_INPUT: .*no row that counts/)]);
  });

  test.each([
    ['--date', 'abc', /USAGE: --date abc: expected a day such as/],
    ['--symbol', 'Moutai', /USAGE: --symbol Moutai: expected a symbol such as/],
    ['--date', '2023-02-30', /USAGE/],
  ])('%s %s is no selection', async (flag, value, message) => {
    const { code, stderr } = await replay(file, flag, value);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  });
});
