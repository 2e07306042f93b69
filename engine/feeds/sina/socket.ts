/**
 * Sina's WebSocket (contracts/spec/sources.md#sina): text frames of lines `key=csv`, the first frame whole, then changed symbols with whole rows.
 * Control  `sys_auth=FAILED|INVALID` ends it; `sys_nxkey=` names what it does not carry; `sys_ver`, `sys_time` are news to nobody
 */
import { FenshiError } from '../../../contracts/errors.ts';
import { ofPrefixed, prefixed } from '../../wire/symbols.ts';
import type { InstrumentsParams, PushChannel, PushFrame, Rejected, SourceQuote } from '../adapter.ts';
import { sinaRow } from './quotes.ts';

export const sinaSocketPath = ({ instruments }: InstrumentsParams): string => `/wskt?list=${instruments.map(prefixed).join(',')}`;
export const sinaSocketHeaders = { Origin: 'https://finance.sina.com.cn' } as const;

/** @throws FenshiError SOURCE_DENIED when the channel refuses us */
export function parseSinaFrame(text: string): PushFrame {
  const rows: SourceQuote[] = [];
  const rejected: Rejected[] = [];
  const unsupported: number[] = [];
  for (const line of text.split('\n')) {
    const bare = line.trim();
    if (bare === '') continue;
    const cut = bare.indexOf('=');
    const [key, value] = cut < 0 ? [bare, ''] : [bare.slice(0, cut), bare.slice(cut + 1)];
    if (key === 'sys_auth') {
      if (/FAILED|INVALID/.test(value)) throw new FenshiError('SOURCE_DENIED', bare);
    } else if (key === 'sys_nxkey') unsupported.push(...value.split(',').flatMap((each) => ofPrefixed(each.toLowerCase()) ?? []));
    else if (!key.startsWith('sys_')) {
      const no = ofPrefixed(key);
      const cells = value.split(',');
      if (no === null) rejected.push({ key, reason: 'CODE' });
      else if (value === '') unsupported.push(no);
      else {
        const row = sinaRow(no, cells, cells[0]!.includes('\uFFFD') ? null : cells[0]!);
        if (typeof row === 'string') rejected.push({ key, reason: row });
        else if (row !== null) rows.push(row);
      }
    }
  }
  return { rows, rejected, unsupported };
}

export const sinaPush: PushChannel = {
  source: 'sina',
  transport: 'websocket',
  host: 'quotes',
  capacity: 470, // what one connection was seen to carry
  idleMs: 45_000,
  request: (params) => ({ path: sinaSocketPath(params), headers: sinaSocketHeaders }),
  reader: () => (frame) => parseSinaFrame(Buffer.from(frame).toString('utf8')),
};
