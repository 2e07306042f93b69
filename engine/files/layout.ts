/**
 * A layout as a map: which column of a file is what, in which unit, with which labels. Shipped ones lie beside this file; a user writes his
 * own the same way (`--map my.yaml`). What a map does not say is found from the rows and printed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { FenshiError } from '../../contracts/errors.ts';
import { encodings } from './text.ts';

const levels = [1, 2, 3, 4, 5];
const depth = ['bid', 'bidVolume', 'ask', 'askVolume'] as const;
export const fields = [
  ...['symbol', 'exchange', 'time', 'date', 'clock', 'open', 'high', 'low', 'close', 'preClose', 'volume', 'amount'],
  ...['last', 'status', 'limitUp', 'limitDown', 'bids', 'bidVolumes', 'asks', 'askVolumes'],
  ...levels.flatMap((i) => depth.map((of) => `${of}${i}`)),
] as const;
/** Fields whose column may be written once for all five levels, with `{i}` for the level. */
const Columns = z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]));

export const Layout = z.strictObject({
  name: z.string(),
  what: z.enum(['bars', 'daily', 'ticks']),
  /** Ours → theirs; several spellings as a list; `?` at its end: may be missing. */
  columns: Columns,
  /** Columns that must be there besides, to tell two layouts apart. */
  also: z.array(z.string()).default([]),
  units: z
    .strictObject({
      /** `auto`: shares unless the rows prove lots. A map that names one is held to it. */
      volume: z.enum(['auto', 'shares', 'lots']).default('auto'),
      amount: z.enum(['yuan', 'thousand', 'tenThousand']).default('yuan'),
      /** Yuan of a price of 1. */
      price: z.number().positive().default(1),
    })
    .prefault({}),
  /** What a bar's label is: held to, or found from the rows. */
  labels: z.enum(['auto', 'end', 'start']).default('auto'),
  /** What a label is where the rows prove neither; without it such a file is refused. */
  labelsElse: z.enum(['end', 'start']).optional(),
  /** Seconds of a bar where neither the spacing nor the name tells. */
  periodElse: z.int().positive().optional(),
  /** Ticks: totals since the open, or what was traded since the row before. */
  totals: z.enum(['cumulative', 'delta']).default('cumulative'),
  /** A column that says whether prices are adjusted, and its value where they are not. */
  adjusted: z.strictObject({ column: z.string(), none: z.array(z.string()) }).optional(),
  encoding: z.enum(encodings).optional(),
  /** Names of the columns in order, for a file without a header. */
  header: z.array(z.string()).optional(),
});
export type Layout = z.infer<typeof Layout>;
/** Lists (calendars, names, pools, trades) have a reader of their own and no map. */
export type SheetLayout = Omit<Layout, 'what'> & {
  readonly what: Layout['what'] | 'list';
  /** First line of a file without a header that is this list. */
  readonly bare?: RegExp;
};

/** @throws FenshiError CONFIG_INVALID naming file and key */
export function readLayout(path: string): Layout {
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FenshiError('CONFIG_INVALID', `${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`, {
      cause: error,
    });
  }
  const parsed = Layout.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new FenshiError('CONFIG_INVALID', `${path}: ${issue.path.join('.')}: ${issue.message}`);
  }
  const unknown = Object.keys(expanded(parsed.data.columns)).filter((field) => !(fields as readonly string[]).includes(field));
  if (unknown.length > 0)
    throw new FenshiError(
      'CONFIG_INVALID',
      `${path}: columns.${unknown[0]}: there are ${fields.slice(0, 20).join(', ')} and levels bid1, bidVolume1, ask1, askVolume1`,
    );
  return parsed.data;
}

const dir = join(dirname(fileURLToPath(import.meta.url)), 'layouts');
let shipped: readonly Layout[] | null = null;
export const shippedLayouts = (): readonly Layout[] =>
  (shipped ??= readdirSync(dir)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => readLayout(join(dir, name))));

type Spelled = string | readonly string[];
/** `bid: "申买价{i}"` as bid1 to bid5. */
function expanded(columns: Layout['columns']): Record<string, Spelled> {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([field, spelled]): [string, Spelled][] => {
      const names = typeof spelled === 'string' ? [spelled] : spelled;
      if (!(depth as readonly string[]).includes(field)) return [[field, names]];
      return levels.map((i) => [`${field}${i}`, names.map((name) => name.replace('{i}', String(i)))]);
    }),
  );
}

/** As names are compared: without case, blanks and full-width forms. */
export const comparable = (name: string): string => name.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();

export type Placed = ReadonlyMap<string, number>;
export type Fit = { readonly layout: SheetLayout; readonly at: Placed; readonly missing: readonly string[] };

/** Where a layout's fields stand under a header; `missing` names what it needs and does not find. */
export function fitOf(layout: SheetLayout, header: readonly string[]): Fit {
  const names = header.map(comparable);
  const at = new Map<string, number>();
  const missing: string[] = [];
  for (const [field, spelled] of Object.entries(expanded(layout.columns))) {
    const all = typeof spelled === 'string' ? [spelled] : spelled;
    const found = all.map((name) => names.indexOf(comparable(name.replace(/\?$/, '')))).find((i) => i >= 0);
    if (found !== undefined) at.set(field, found);
    else if (!all.some((name) => name.endsWith('?'))) missing.push(all[0]!);
  }
  for (const name of layout.also) if (!names.includes(comparable(name))) missing.push(name);
  return { layout, at, missing };
}

/** The layout that takes most of the header, of those that find all they need. */
export function bestFit(layouts: readonly SheetLayout[], header: readonly string[]): Fit | null {
  const fits = layouts.map((layout) => fitOf(layout, header)).filter(({ missing }) => missing.length === 0);
  const weight = ({ layout, at }: Fit): number => at.size + layout.also.length;
  return fits.reduce<Fit | null>((most, each) => (most === null || weight(each) > weight(most) ? each : most), null);
}

/** The one that lacks least: what to tell a user whose file fits none. */
export const nearest = (layouts: readonly SheetLayout[], header: readonly string[]): Fit =>
  layouts
    .map((layout) => fitOf(layout, header))
    .reduce((least, each) => (each.missing.length - each.at.size < least.missing.length - least.at.size ? each : least));
