/** Sina as a server: `/list=` over HTTP and `/wskt?list=` as a WebSocket (contracts/spec/sources.md#sina). Shares are shares here. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { absentMilli } from '../../contracts/quote.ts';
import type { FaultDesk } from './faults.ts';
import { gbk, partsOf, yuan } from './render.ts';
import type { Emulated, Route } from './server.ts';
import type { MarketTable } from './table.ts';
import { numberOf } from './tencent.ts';

const pushMs = 1000;

export function sinaRoute(table: MarketTable, faults: FaultDesk): Route {
  return (path, request) => {
    const found = /[?&/]list=([^&]*)/.exec(path);
    if (found === null) return undefined;
    if (!(request.headers.referer ?? '').includes('finance.sina.com.cn'))
      return { status: 403, type: 'text/html', body: Buffer.from('Kinsoku jikou desu!') };
    const text = found[1]!.split(',').map((key) => `var hq_str_${key}="${line(table, faults, key, true)}";\n`);
    return { type: 'application/javascript; charset=GB18030', body: Buffer.from(text.join(''), 'latin1') };
  };
}

/** The fields of one symbol, '' for one that is not listed. */
export function line(table: MarketTable, faults: FaultDesk, key: string, asGbk: boolean): string {
  const i = table.indexOf(numberOf(key));
  if (i < 0) return '';
  const c = table.columns;
  const { name, no } = table.listings[i]!;
  const fault = faults.of('sina');
  const idle = !table.isSeen(i) || c.lastMilli[i]! === absentMilli;
  const { dashed, clock } = partsOf(fault === 'frozen' || !table.isSeen(i) ? table.nowMs : c.tsExchangeMs[i]!);
  const price = (milli: number): string => yuan(milli, isShanghaiIndex(no) ? 4 : 3);
  const level = (prices: Int32Array, shares: Float64Array, n: number): string =>
    `${Number.isNaN(shares[i * 5 + n]!) ? 0 : shares[i * 5 + n]!},${price(prices[i * 5 + n]!)}`;
  const shares =
    (Number.isNaN(c.volumeShares[i]!) ? 0 : c.volumeShares[i]!) * (fault === 'unit' ? 10_000 : 1) * (isShanghaiIndex(no) ? 0.01 : 1);
  const day = idle
    ? ['0.000', yuan(c.preCloseMilli[i]!, 3), '0.000', '0.000', '0.000']
    : [c.openMilli![i]!, c.preCloseMilli[i]!, c.lastMilli[i]!, c.highMilli![i]!, c.lowMilli![i]!].map(price);
  return [
    asGbk ? `${gbk(name)}${fault === 'badGbk' ? '\xff' : ''}` : name,
    ...day,
    price(c.bidMilli[i * 5]!),
    price(c.askMilli[i * 5]!),
    ...(fault === 'drift' ? ['0'] : []),
    Math.round(shares),
    (Number.isNaN(c.amountYuan[i]!) ? 0 : c.amountYuan[i]!).toFixed(3),
    ...[0, 1, 2, 3, 4].map((n) => level(c.bidMilli, c.bidShares, n)),
    ...[0, 1, 2, 3, 4].map((n) => level(c.askMilli, c.askShares, n)),
    dashed,
    clock,
    '00',
    ...tailOf(no),
  ].join(',');
}

/** Behind the quote as recorded: Beijing's six cells (920371 on 2026-06-11), an empty one in Shanghai, none in Shenzhen. */
const tailOf = (no: number): string[] =>
  no >= 3_899_000 && no < 3_900_000
    ? ['0', '0', '0', '0', '', '']
    : no >= 3_000_000
      ? ['21.0776', '0.0000', '0', '8300000', 'B', 'T']
      : no < 2_000_000
        ? ['']
        : [];
/** Four decimals and lots (000001 on 2026-07-21). */
const isShanghaiIndex = (no: number): boolean => no < 1_001_000;

/** Takes the upgrade of `/wskt` on an emulated HTTP server. */
export function serveSinaSocket({ server }: Emulated, table: MarketTable, faults: FaultDesk): void {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const fault = faults.of('sina');
    const from = request.headers.origin ?? '';
    if (fault === 'ban' || fault === 'down' || !from.includes('finance.sina.com.cn') || !(request.url ?? '').startsWith('/wskt'))
      return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (ws) => feed(ws, new URL(request.url ?? '/', 'http://x').searchParams.get('list') ?? ''));
  });

  function feed(ws: WebSocket, list: string): void {
    if (faults.of('sina') === 'denied') return void ws.send('sys_auth=FAILED\n');
    const keys = list.split(',').filter((key) => key !== '');
    const sent = new Map<string, string>();
    const push = (): void => {
      const fault = faults.of('sina'); // whose view of the market is read next
      if (fault === 'ban' || fault === 'down') return ws.terminate();
      const fresh = keys.flatMap((key) => {
        const text = line(table, faults, key, false);
        if (sent.get(key) === text) return [];
        sent.set(key, text);
        return text === '' ? [] : [`${key}=${text}`];
      });
      if (fresh.length > 0) ws.send(`${fresh.join('\n')}\n`);
      if (fault === 'wsDrop') ws.terminate();
    };
    const unknown = keys.filter((key) => table.indexOf(numberOf(key)) < 0);
    ws.send(`sys_ver=1\n${unknown.length > 0 ? `sys_nxkey=${unknown.join(',').toUpperCase()}\n` : ''}`);
    push();
    const timer = setInterval(push, pushMs);
    ws.on('close', () => clearInterval(timer));
    ws.on('error', () => ws.terminate());
  }
}
