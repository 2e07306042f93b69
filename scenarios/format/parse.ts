/** Reads a scenario file. Anything it does not know is an error with its line: a misread expectation would prove nothing. */
import { z } from 'zod';
import { type DayConfig, dayConfig } from '../../contracts/bundle.ts';
import { Config } from '../../contracts/config.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { Command } from '../../contracts/tape.ts';
import { InstrumentId, instrumentNo, TradeDate } from '../../contracts/units.ts';
import { setPath } from '../../engine/cli/config.ts';
import { detectors } from '../../engine/detectors/registry.ts';
import { resolvedDetectors } from '../../engine/detectors/strategies.ts';
import { type Frame, type MarketFrame, type Scenario, type ScenarioEvent, type SegmentWord, segmentWords } from './scenario.ts';

type Line = { readonly no: number; readonly words: readonly string[]; readonly text: string };
type Tables = Record<(typeof tableNames)[number], Line[]>;
const tableNames = ['tape', 'market', 'events', 'expect', 'refused'] as const;
const flag = z.enum(['yes', 'no']).default('no');
const Head = z.strictObject({
  title: z.string().min(8),
  why: z.string().min(8),
  detector: z
    .string()
    .transform((words) => words.split(/,\s*/))
    .pipe(z.array(z.enum(detectors.map(({ id }) => id) as [string, ...string[]]))),
  day: TradeDate,
  symbol: InstrumentId,
  preclose: z.string(),
  adv20: z.string(),
  others: z.string().default('0'),
  listed: z.string().optional(),
  st: flag,
});

/** @throws FenshiError SCENARIO_INVALID with file and line */
export function parseScenario(name: string, text: string): Scenario {
  const fail = (line: number, detail: string): never => {
    throw new FenshiError('SCENARIO_INVALID', `${name}:${line}: ${detail}`);
  };
  const { head, settings, tables } = split(text, fail);
  const parsed = Head.safeParse(head);
  if (!parsed.success) return fail(1, parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`).join('; '));
  const { title, why, detector: about, day, symbol, preclose, adv20, others, listed, st } = parsed.data;
  const number = (line: number, word: string | undefined): number => numberOf(word) ?? fail(line, `not a number: ${word ?? 'nothing'}`);
  const scenario: Scenario = {
    name,
    title,
    why,
    detector: about[0]!,
    date: day,
    no: instrumentNo(symbol),
    preCloseMilli: Math.round(number(1, preclose) * 1000),
    adv20Yuan: number(1, adv20),
    listingDayN: listed === undefined ? null : number(1, listed),
    riskWarning: st === 'yes',
    config: onlyOf(about, configOf(settings, fail)),
    others: number(1, others),
    market: tables.market.map((line) => marketFrame(line, number, fail)),
    frames: tables.tape.map((line) => frame(line, number, fail)),
    events: tables.events.map((line) => event(line, day, fail)),
    expected: tables.expect.filter(({ words }) => words[0] !== 'nothing').map(({ words }) => words.join(' ')),
    refused: tables.refused.flatMap(({ words }) => words),
  };
  if (tables.expect.length === 0) fail(1, 'expects nothing; say `nothing` if nothing may happen');
  if (scenario.frames.length < 2) fail(1, 'the tape needs two rows');
  inOrder(scenario.frames, tables.tape, fail);
  inOrder(scenario.market, tables.market, fail);
  return scenario;
}

function split(text: string, fail: (line: number, detail: string) => never) {
  const head: Record<string, string> = {};
  const settings: Line[] = [];
  const tables: Tables = { tape: [], market: [], events: [], expect: [], refused: [] };
  let table: Line[] | null = null;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\s*(?:^|\s)#.*$/, '');
    const words = line.trim().split(/\s+/);
    if (line.trim() === '') continue;
    if (/^\s/.test(line)) {
      if (table === null) fail(i + 1, 'an indented row before any table');
      table!.push({ no: i + 1, words, text: line.trim() });
      continue;
    }
    const pair = /^([a-z0-9]+):\s*(.+)$/.exec(line);
    if (pair !== null) {
      const [, key, value] = pair as unknown as [string, string, string];
      if (key === 'set') settings.push({ no: i + 1, words: value.split(/\s+/), text: value });
      else if (key in head) fail(i + 1, `${key} stands twice`);
      else head[key] = value;
      continue;
    }
    const name = tableNames.find((each) => each === line.trim());
    if (name === undefined) fail(i + 1, `neither \`key: value\` nor a table (${tableNames.join(', ')}): ${line}`);
    table = tables[name!];
  }
  return { head, settings, tables };
}

type Fail = (line: number, detail: string) => never;
type NumberAt = (line: number, word: string | undefined) => number;

function frame({ no, words }: Line, number: NumberAt, fail: Fail): Frame {
  const [time, last, amount, bought, word, ...rest] = words;
  if (rest.length > 0) fail(no, `more than time, last, yuan/min, bought and one word: ${rest.join(' ')}`);
  if (word !== undefined && !segmentWords.includes(word as SegmentWord)) fail(no, `${word} is none of ${segmentWords.join(', ')}`);
  const share = /^(\d+)%$/.exec(bought ?? '');
  if (share === null) return fail(no, `bought must be a percentage: ${bought ?? 'nothing'}`);
  return {
    sec: secondOf(no, time!, fail),
    lastMilli: Math.round(number(no, last) * 1000),
    yuanPerMin: number(no, amount),
    bought: Number(share[1]) / 100,
    word: (word as SegmentWord | undefined) ?? null,
  };
}

function marketFrame({ no, words: [time, change, ...rest] }: Line, number: NumberAt, fail: Fail): MarketFrame {
  if (rest.length > 0 || !change?.endsWith('%')) fail(no, 'a market row is a time and a percentage');
  return { sec: secondOf(no, time!, fail), change: number(no, change!.slice(0, -1)) / 100 };
}

/** `10:00:00 restart`, or a control command: `risk market 3 hold`, `dismiss <opportunity>`, `disable rally`, `skip 12`. */
function event({ no, words }: Line, date: string, fail: Fail): ScenarioEvent {
  const [time, name, ...given] = words;
  const sec = secondOf(no, time!, fail);
  if (name === 'restart') return { sec, event: name };
  const shapes: Record<string, unknown> = {
    risk: { name, scope: given[0], level: Number(given[1]), policy: given[2] },
    dismiss: { name, opportunity: given[0] },
    disable: { name, detector: given[0] },
    skip: { name, tradeDate: date, n: Number(given[0]) },
  };
  const parsed = Command.safeParse(shapes[name ?? '']);
  return parsed.success ? { sec, event: parsed.data } : fail(no, `not an event: ${words.slice(1).join(' ')}`);
}

function configOf(settings: readonly Line[], fail: Fail): DayConfig {
  const given: Record<string, unknown> = {};
  for (const { no, words } of settings) {
    const [path, value, ...rest] = words;
    if (path === undefined || value === undefined || rest.length > 0) fail(no, 'set: needs a path and a value');
    setPath(given, path!.split('.'), numberOf(value) ?? (value === 'true' ? true : value === 'false' ? false : value));
  }
  const parsed = Config.safeParse(given);
  if (!parsed.success) return fail(settings[0]!.no, parsed.error.issues[0]!.message);
  try {
    return dayConfig({ ...parsed.data, detectors: resolvedDetectors(parsed.data.detectors) });
  } catch (error) {
    return fail(settings[0]!.no, (error as Error).message);
  }
}

/** Every other detector off. */
const onlyOf = (about: readonly string[], config: DayConfig): DayConfig => ({
  ...config,
  detectors: Object.fromEntries(detectors.map(({ id }) => [id, about.includes(id) ? (config.detectors[id] ?? {}) : { mode: 'off' }])),
});

function inOrder(rows: readonly { readonly sec: number }[], lines: readonly Line[], fail: Fail): void {
  for (let i = 1; i < rows.length; i++) if (rows[i]!.sec < rows[i - 1]!.sec) fail(lines[i]!.no, 'time runs backwards');
}

function numberOf(word: string | undefined): number | null {
  const plain = word?.replaceAll('_', '') ?? '';
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

function secondOf(line: number, word: string, fail: Fail): number {
  const parts = /^(\d\d):([0-5]\d):([0-5]\d)$/.exec(word);
  return parts === null ? fail(line, `not a time of day: ${word}`) : Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
}
