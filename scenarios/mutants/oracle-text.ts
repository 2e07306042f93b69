/** The oracle for bodies of statements and lines: Tencent and Sina quotes. */
import { collect, gbName, type Oracle } from './oracle.ts';
import { count, decimal, isIndexNo, isStarNo, milli, ofKey, ranged, shanghai, sharesBy, unitBy, type Value } from './values.ts';

type Statement = { readonly key: string; readonly value: string };

/** `<prefix><word>="<anything but a quote>";` from left to right, and whether other text stands between. */
function statements(text: string, prefix: string): { readonly found: Statement[]; readonly litter: boolean } {
  const found: Statement[] = [];
  let litter = false;
  let i = 0;
  while (i < text.length) {
    const statement = statementAt(text, i, prefix);
    if (statement === null) {
      if (!' \t\r\n'.includes(text[i]!)) litter = true;
      i += 1;
    } else {
      found.push(statement);
      i += prefix.length + statement.key.length + 4 + statement.value.length;
    }
  }
  return { found, litter };
}

function statementAt(text: string, i: number, prefix: string): Statement | null {
  if (!text.startsWith(prefix, i)) return null;
  let j = i + prefix.length;
  while (j < text.length && /\w/.test(text[j]!)) j += 1;
  const key = text.slice(i + prefix.length, j);
  if (key === '' || text.slice(j, j + 2) !== '="') return null;
  const end = text.indexOf('"', j + 2);
  return end < 0 || text[end + 1] !== ';' ? null : { key, value: text.slice(j + 2, end) };
}

/** Rows of the asked symbols; a symbol's first sound row counts, others are nobody's. */
function quotes(
  body: Uint8Array,
  prefix: string,
  asked: readonly number[],
  read: (no: number, value: string) => unknown[] | null | undefined,
): ReturnType<Oracle> {
  const { found, litter } = statements(Buffer.from(body).toString('latin1'), prefix);
  if (found.length === 0) return 'error';
  const done = new Set<number>();
  const { rows, unsound } = collect(found, ({ key, value }) => {
    const no = ofKey(key);
    if (value === '' || key === 'pv_none_match' || no === null || !asked.includes(no) || done.has(no)) return undefined;
    const row = read(no, value);
    if (row !== null && row !== undefined) done.add(no);
    return row;
  });
  return { rows, unsound: unsound || litter };
}

export const tencentQuotesOracle =
  (asked: readonly number[]): Oracle =>
  (body) =>
    quotes(body, 'v_', asked, tencentRow);

/** undefined: zero in all of it, which tells nothing. */
function tencentRow(no: number, value: string): unknown[] | null | undefined {
  const code = String(no % 1_000_000).padStart(6, '0');
  const first = value.indexOf('~');
  if (first < 0 || value.slice(0, first) !== ['', '1', '51', '62'][Math.floor(no / 1_000_000)]) return null;
  let at = value.indexOf(`~${code}`, first + 1);
  while (at >= 0 && at + 7 < value.length && value[at + 7] !== '~') at = value.indexOf(`~${code}`, at + 1);
  if (at < 0) return null;
  const name = value.slice(first + 1, at);
  const rest = at + 7 >= value.length ? [''] : value.slice(at + 8).split('~');
  const f = ['', name, code, ...rest];
  if (f.length < 50) return null;
  const stamp = shanghai(f[30]!.slice(0, 8), f[30]!.slice(8));
  if (stamp === null) return null;
  const exact = f[35]!.split('/');
  const repeats = exact.length === 3 ? exact[0] === f[3] && exact[1] === f[6] : f[35] === '';
  if (!repeats || f[36] !== f[6] || f[33] !== f[41] || f[34] !== f[42]) return null;
  const limit = (text: string | undefined) => (text === '-1' ? null : milli(text));
  const [last, pre, open, high, low] = [f[3], f[4], f[5], f[33], f[34]].map(milli);
  const [counted, outer, inner] = [f[6], f[7], f[8]].map((each) => count(each));
  const amount = exact.length === 3 ? count(exact[2]) : count(f[37], 10_000);
  const [up, down] = [limit(f[47]), limit(f[48])];
  const kind = f[61] ?? '';
  const placed = kind === '' || (kind.length > 1 && [...kind].every((c, i) => (c >= 'A' && c <= 'Z') || (c === '-' && i > 1)));
  const [float, total] = placed ? [count(f[72]) ?? null, count(f[73]) ?? null] : [null, null];
  const bids = book(f.slice(9, 19), true, 100);
  const asks = book(f.slice(19, 29), true, 100);
  const all: Value[] = [last, pre, open, high, low, counted, outer, inner, amount, up, down];
  if (bids === null || asks === null || all.includes(undefined)) return null;
  if ([pre, last, open].every((price) => price === null) && !counted) return undefined;
  if (pre === null || counted === null || !ranged(last, open, high, low, up, down)) return null;
  const told = tencentShares(no, f, [counted!, amount, high, low], float);
  if (told === null) return null;
  const { unit, of: times } = told;
  const traded = (times(counted) ?? 0) > 0 || open !== null;
  const unlimited = f[47] === '-1' && f[48] === '-1' && !isIndexNo(no) && f[40] !== 'D';
  return [
    no,
    stamp,
    (unit === 100 ? 4 : 0) + (unlimited ? 16 : 0),
    traded ? last : null,
    pre,
    open,
    high,
    low,
    up,
    down,
    times(counted),
    amount,
    times(outer),
    times(inner),
    bids,
    asks,
    gbName(name),
    float,
    total,
    placed ? afterHours(count(f[59]), count(f[58], 10_000), high, low, unit) : null,
  ];
}

/** By money, else by turnover × float, else as Tencent counts on the board. */
function tencentShares(
  no: number,
  f: readonly string[],
  told: readonly [number, Value, Value, Value],
  float: Value,
): ReturnType<typeof sharesBy> {
  const usual = isStarNo(no) ? 1 : 100;
  const [counted, amount, high, low] = told;
  const percent = count(f[38]);
  if (isIndexNo(no) || counted === 0 || (amount !== null && high && low) || !percent || !float) return sharesBy(no, told, usual);
  const shares = (percent / 100) * float;
  const near = (unit: 1 | 100) => counted * unit < shares * 10 && counted * unit > shares / 10;
  const other = usual === 1 ? 100 : 1;
  const unit = near(usual) ? usual : near(other) ? other : null;
  return unit === null ? null : { unit, of: (value) => (typeof value === 'number' ? value * unit : null) };
}

function afterHours(shares: Value, yuan: Value, high: Value, low: Value, usual: 1 | 100): unknown[] | null {
  if (typeof shares !== 'number' || typeof yuan !== 'number') return null;
  const unit = unitBy(shares, yuan, high, low, usual);
  return unit === null ? null : [shares * unit, yuan];
}

/** Five levels of (price, volume), or (volume, price). */
function book(cells: readonly string[], priceFirst: boolean, unit: number): unknown[] | null {
  const levels = [0, 2, 4, 6, 8].map((i) => [milli(cells[priceFirst ? i : i + 1]), count(cells[priceFirst ? i + 1 : i], unit)] as const);
  if (levels.some(([price, shares]) => price === undefined || shares === undefined)) return null;
  return levels.map(([price, shares]) => (price === null && !shares ? null : [price, shares ?? 0]));
}

export const sinaQuotesOracle =
  (asked: readonly number[]): Oracle =>
  (body) => {
    const text = Buffer.from(body).toString('latin1');
    if (text.includes('Kinsoku') || /sys_auth="?(FAILED|INVALID)/.test(text)) return 'error';
    return quotes(body, 'var hq_str_', asked, (no, value) => sinaRow(no, value.split(','), gbName(value.split(',')[0]!)));
  };

export const sinaFrameOracle: Oracle = (body) => {
  const lines = Buffer.from(body)
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim());
  const cut = (line: string) =>
    (line.includes('=') ? [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] : [line, '']) as [string, string];
  if (lines.some((line) => cut(line)[0] === 'sys_auth' && /FAILED|INVALID/.test(cut(line)[1]))) return 'error';
  return collect(lines, (line) => {
    const [key, value] = cut(line);
    if (line === '' || key.startsWith('sys_')) return undefined;
    const no = ofKey(key);
    if (no === null) return null;
    if (value === '') return undefined;
    const cells = value.split(',');
    return sinaRow(no, cells, cells[0]!.includes('\uFFFD') ? null : cells[0]!);
  });
};

function sinaRow(no: number, c: readonly string[], name: string | null): unknown[] | null | undefined {
  if (c.length < 33) return null;
  const date = c[30]!;
  const time = c[31]!;
  if (date.length !== 10 || date[4] !== '-' || date[7] !== '-' || time.length !== 8 || time[2] !== ':' || time[5] !== ':') return null;
  const stamp = shanghai(date.split('-').join(''), time.split(':').join(''));
  if (stamp === null) return null;
  const index = isIndexNo(no);
  const [open, pre, last, high, low] = [c[1], c[2], c[3], c[4], c[5]].map(index ? points : milli);
  const [bid1, ask1] = [c[6], c[7]].map(milli);
  const [counted, amount] = [count(c[8]), count(c[9])];
  const [bids, asks] = [book(c.slice(10, 20), false, 1), book(c.slice(20, 30), false, 1)];
  if (bids === null || asks === null || [open, pre, last, high, low, bid1, ask1, counted, amount].includes(undefined)) return null;
  const top = (side: unknown[]) => (side[0] as [number] | null)?.[0] ?? null;
  if (bid1 !== top(bids) || ask1 !== top(asks)) return null;
  if (pre === null && last === null && open === null && !counted) return undefined;
  if (pre === null || counted === null || counted === undefined || !ranged(last, open, high, low)) return null;
  const usual = index && no < 2_000_000 ? 100 : 1;
  const told = sharesBy(no, [counted, amount, high, low], usual);
  if (told === null) return null;
  const traded = (told.of(counted) ?? 0) > 0 || open !== null;
  return [
    no,
    stamp,
    told.unit === 100 ? 4 : 0,
    traded ? last : null,
    pre,
    open,
    high,
    low,
    null,
    null,
    told.of(counted),
    amount,
    null,
    null,
    bids,
    asks,
    name,
    null,
    null,
    afterOf(c[33] ?? '', high, low),
  ];
}

/** An index has as many decimals as it likes. */
function points(text: string | undefined): Value {
  const value = decimal(text);
  if (typeof value !== 'number') return value;
  const milli = Math.round(value * 1000);
  return value < 0 || milli > 2_147_483_647 ? undefined : milli === 0 ? null : milli;
}

/** `D|shares|yuan` at a price of the day; null for whatever else stands there. */
function afterOf(text: string, high: Value, low: Value): unknown[] | null {
  const [mark, shares, yuan, more] = text.split('|');
  if (mark !== 'D' || more !== undefined || /[+-]/.test(text)) return null;
  return afterHours(decimal(shares), decimal(yuan), high, low, 1);
}
