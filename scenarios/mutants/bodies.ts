/** Sound bodies of every vendor with random contents, written from contracts/spec/sources.md and nothing of the feeds. */
import type { lcg } from '../support/days.ts';

export type Dice = ReturnType<typeof lcg>;
/** Names as GB18030 bytes: 模拟, 五 粮 液, 万  科Ａ (a second byte of one may be 0x7E). */
const gbNames = ['\xc4\xa3\xc4\xe2', '\xce\xe5 \xc1\xb8 \xd2\xba', '\xcd\xf2  \xbf\xc6\xa3\xc1', '\x81\x7e\xc4\xa3'];
export const date = '20261123';
const dashed = '2026-11-23';
const two = (n: number): string => String(n).padStart(2, '0');
export const keyed = (no: number): string =>
  `${['', 'sh', 'sz', 'bj'][Math.floor(no / 1_000_000)]}${String(no % 1_000_000).padStart(6, '0')}`;
export const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));

export const universe = [1_600_519, 2_000_858, 3_920_002, 1_688_047, 2_300_750, 1_000_001, 2_399_001, 3_899_050];
const isIndex = (no: number): boolean => [1_000_001, 2_399_001, 3_899_050].includes(no);
const isStar = (no: number): boolean => no === 1_688_047;
export const sample = (dice: Dice): number[] =>
  universe
    .filter(() => dice(3) > 0)
    .concat(universe[dice(universe.length)]!)
    .filter((no, i, all) => all.indexOf(no) === i);

/** Prices in cents, volume in lots, amount in yuan: consistent with each other. */
export type Row = ReturnType<typeof rowOf>;
export function rowOf(dice: Dice) {
  const pre = 200 + dice(20_000);
  const low = Math.max(10, pre - dice(Math.ceil(pre / 12)));
  const high = pre + dice(Math.ceil(pre / 12));
  const pick = () => low + dice(high - low + 1); // sealed and flat days included: high may be low
  const [open, last] = [pick(), pick()];
  const lots = 1 + dice(500_000);
  const amount = Math.round(lots * pick());
  return {
    pre,
    low,
    high,
    open,
    last,
    lots,
    amount,
    up: Math.round(pre * 1.1) + 1,
    down: Math.max(1, Math.round(pre * 0.9) - 1),
    outer: dice(lots),
    second: dice(60),
    minute: dice(60),
  };
}
const yuan = (cents: number): string => (cents / 100).toFixed(2);

export function tencentStatement(no: number, dice: Dice): string {
  const r = rowOf(dice);
  // as recorded: shares on STAR, lots elsewhere; now and then the other way round, which the row itself must tell
  const inShares = isStar(no) !== (dice(7) === 0);
  const counted = (lots: number): number => (inShares ? lots * 100 + (lots > 1 ? dice(100) : 0) : lots);
  const [volume, outer] = [counted(r.lots), counted(r.outer)];
  const f = Array.from({ length: 88 }, () => '');
  if (dice(12) === 0) return `v_${keyed(no)}="${suspendedParts(no).join('~')}";\n`;
  const set = (at: number, ...values: (string | number)[]) => values.forEach((value, i) => (f[at + i] = String(value)));
  set(
    0,
    ['', 1, 51, 62][Math.floor(no / 1_000_000)]!,
    gbNames[dice(4)]!,
    String(no % 1_000_000).padStart(6, '0'),
    yuan(r.last),
    yuan(r.pre),
    yuan(r.open),
    volume,
    Math.min(outer, volume),
    Math.max(0, volume - outer),
  );
  for (let level = 0; level < 5; level++) {
    const [sealed, bid, ask] = [dice(9) === 0, r.last - level, r.last + 1 + level];
    set(9 + 2 * level, yuan(Math.max(1, bid)), dice(900));
    set(19 + 2 * level, sealed ? '0.00' : yuan(ask), sealed ? 0 : dice(900));
  }
  set(
    30,
    `${date}10${two(r.minute)}${two(r.second)}`,
    yuan(r.last - r.pre),
    '0.41',
    yuan(r.high),
    yuan(r.low),
    dice(9) === 0 ? '' : `${yuan(r.last)}/${volume}/${r.amount}`,
    volume,
    Math.round(r.amount / 10_000),
  );
  set(
    38,
    ((r.lots * 10_000) / 1_250_081_601).toFixed(2),
    '18.48',
    '',
    yuan(r.high),
    yuan(r.low),
    '2.82',
    '100.00',
    '110.00',
    '4.21',
    dice(9) === 0 ? '-1' : yuan(r.up),
    dice(9) === 0 ? '-1' : yuan(r.down),
    '1.12',
    27,
    yuan(r.last),
  );
  const late = 1 + dice(90);
  const after = dice(3) === 0 ? [((late * r.last) / 10_000).toFixed(4), inShares ? late * 100 : late] : ['0.0000', 0];
  set(57, (r.amount / 10_000).toFixed(4), ...after, ' A A', isIndex(no) ? 'ZS' : ['GP-A', 'GP-A-KCB', 'GP'][dice(3)]!);
  set(72, 1_250_081_601, 1_250_081_601);
  const tail = dice(8) === 0 ? ['new', '1.5'] : [];
  return `v_${keyed(no)}="${[...f.slice(0, dice(6) === 0 ? 87 : 88), ...tail].join('~')}";\n`;
}

/** Nought in all of it, as a suspended symbol was seen. */
const suspendedParts = (no: number): string[] => {
  const f = Array.from({ length: 88 }, (_, i) => (i > 2 && i < 29 ? '0' : ''));
  const at: Readonly<Record<number, string>> = {
    0: ['', '1', '51', '62'][Math.floor(no / 1_000_000)]!,
    1: gbNames[0]!,
    2: String(no % 1_000_000).padStart(6, '0'),
    30: `${date}100000`,
    33: '0.00',
    34: '0.00',
    35: '0/0/0',
    36: '0',
    41: '0.00',
    42: '0.00',
  };
  return f.map((part, i) => at[i] ?? part);
};

export function sinaLine(no: number, dice: Dice, name = gbNames[dice(4)]!): string {
  if (dice(12) === 0) return [name, ...Array.from({ length: 29 }, () => '0'), dashed, '10:00:00', '03', ''].join(',');
  const r = rowOf(dice);
  const level = (price: number, i: number) =>
    `${isIndex(no) ? 0 : dice(900) * 100},${isIndex(no) ? '0.000' : yuan(Math.max(0, price + i))}`;
  const volume = dice(7) === 0 || no === 1_000_001 ? r.lots : r.lots * 100;
  const bids = [0, -1, -2, -3, -4].map((i) => level(Math.max(6, r.last), i));
  const asks = [1, 2, 3, 4, 5].map((i) => level(r.last, i));
  const [bid1, ask1] = [bids[0]!.split(',')[1], asks[0]!.split(',')[1]];
  return [
    name,
    ...[r.open, r.pre, r.last, r.high, r.low].map((cents) => (cents / 100).toFixed(isIndex(no) && no < 2_000_000 ? 4 : 3)),
    bid1,
    ask1,
    volume,
    `${r.amount}.000`,
    ...bids,
    ...asks,
    dashed,
    `10:${two(r.minute)}:${two(r.second)}`,
    '00',
    ...tailOf(no, dice, r.last),
  ].join(',');
}

/** After hours, Beijing's six cells, others' none or one, or something new. */
function tailOf(no: number, dice: Dice, last: number): string[] {
  if (no === 3_920_002) return ['21.0776', '0.0000', '0', '8300000', 'B', 'T'];
  if (no === 3_899_050) return ['0', '0', '0', '0', '', ''];
  if (dice(3) === 0) return [`D|200|${(2 * last).toFixed(2)}`];
  return [[], [''], ['x', 'D|1|2', '3.5']][dice(3)]!;
}

/** Cumulative minute rows from 09:30 on, `HHmm price lots yuan`. */
export function minuteLines(no: number, dice: Dice, columns: number): string[] {
  const unit = isStar(no) !== (dice(7) === 0) ? 100 : 1;
  let [lots, amount, price] = [0, 0, 1000 + dice(9000)];
  const labels = [...Array.from({ length: 5 + dice(6) }, (_, i) => `09${30 + i}`), '1130', '1300', '1301', '1500', '1506'];
  return labels.map((label) => {
    price += dice(11) - 5;
    const more = label === '1300' ? 0 : dice(900);
    lots += more;
    amount += more * price;
    return [label, yuan(price), lots * unit, `${amount}.00`, 'new'].slice(0, columns + (dice(30) === 0 ? 2 : 0)).join(' ');
  });
}

export function emRowBody(no: number, dice: Dice): Record<string, unknown> {
  const r = rowOf(dice);
  const idle = dice(8) === 0;
  const dash = (value: number) => (idle ? '-' : value);
  return {
    f1: 2,
    f2: dash(r.last / 100),
    f5: dash(dice(7) === 0 ? r.lots * 100 : r.lots),
    f6: dash(r.amount),
    f12: dice(9) === 0 && no < 3_000_000 ? no % 1_000_000 : String(no % 1_000_000).padStart(6, '0'),
    f13: no < 2_000_000 ? 1 : 0,
    f14: '模拟',
    f15: dash(r.high / 100),
    f16: dash(r.low / 100),
    f17: dash(r.open / 100),
    f18: r.pre / 100,
    f38: 2_000_000,
    f39: 1_000_000,
    f124: 1_795_400_000 + dice(9000),
  };
}

export function flowParts(dice: Dice) {
  const part = () => (dice(2_000_000) - 1_000_000) * 10;
  const [superNet, large, medium] = [part(), part(), part()];
  const main = superNet + large;
  return { main, superNet, large, medium, small: -main - medium };
}
