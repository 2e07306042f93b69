/** A gateway over a day of 120 symbols, with three instruments and nobody else behind it, and how a test asks it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { FenshiError } from '../../contracts/errors.ts';
import { type CallerRole, Tokens } from '../../contracts/process/tokens.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { Access } from '../../gateway/auth/access.ts';
import { DayState } from '../../gateway/day-state.ts';
import { startGateway } from '../../gateway/server.ts';
import type { Uws } from '../../gateway/uws.ts';
import { generatedDay } from './days.ts';
import { gatewayOptions } from './gateway.ts';
import { freePort } from './test-broker.ts';

export type Asked = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };
export type Door = Awaited<ReturnType<typeof openDoor>>;
export const doorCode = 'a-code-that-is-used-once';

const rows = [
  { symbol: '600519.SH', name: '贵州茅台', board: 'MAIN' },
  { symbol: '000001.SZ', name: '平安银行', board: 'MAIN' },
  { symbol: '601318.SH', name: '中国平安', board: 'MAIN' },
].map((each) => ({
  ...each,
  riskWarning: false,
  listing: 'seasoned',
  suspended: false,
  preCloseMilli: 10_000,
  limitUpMilli: 11_000,
  limitDownMilli: 9000,
  boards: 0,
  sectors: [],
}));

/** `acts`: what was told of requests that may change something. */
export async function openDoor(uws: Uws) {
  const day = new DayState('test-1');
  const made = generatedDay({ count: 120 });
  for (const step of foldDay(made.bundle, made.entries).steps) day.apply('20261123', step);
  day.caughtUp = true;
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-door-'));
  const tokens = new Tokens(dir);
  const port = await freePort();
  const acts: string[] = [];
  const commands: { commandId: string; command: { name: string } }[] = [];
  const options = gatewayOptions(day, port, {
    tokens,
    access: new Access(tokens, { needsToken: false, code: doorCode }),
    onAct: ({ route, caller, status, did }) =>
      acts.push(
        `${route} ${caller?.role ?? 'nobody'} ${status}${did === null ? '' : ` ${did.command} ${did.of} ${did.step ?? 'no step'}`}`,
      ),
    config: [{ key: 'server.port', value: 8787, from: 'default' }],
    ask: answered as never,
    command: (asked) => {
      commands.push(asked as never);
      const accepted = asked.command.name !== 'disable';
      return Promise.resolve({ ok: true, tradeDate: '20261123', step: 7, accepted, code: accepted ? null : 'NOT_FOUND' });
    },
  });
  const gateway = await startGateway(uws, options);
  const ask = async (path: string, { method = 'GET', headers = {}, body }: Asked = {}) => {
    const answer = await request(`http://127.0.0.1:${port}${path}`, {
      method: method as 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      bytes,
      json: () => JSON.parse(bytes.toString()) as Record<string, never>,
    };
  };
  const bearer = async (role: CallerRole, ms = 60_000) => ({
    authorization: `Bearer ${(await tokens.issue(`a ${role}`, role, ms)).token}`,
  });
  return { day, dir, tokens, port, options, acts, commands, ask, bearer, close: () => gateway.close() };
}

/** The services behind it: instruments are known, the ladder has a bug, nobody else is there. */
function answered(name: string, asked: { instruments?: string[] }): Promise<unknown> {
  if (name === 'ladder') throw new Error('a bug');
  if (name !== 'instruments') return Promise.reject(new FenshiError('SERVICE_UNAVAILABLE', 'nobody'));
  const found = rows.filter(({ symbol }) => asked.instruments?.includes(symbol) ?? true);
  return found.length === 0
    ? Promise.reject(new FenshiError('NOT_FOUND', 'no such instrument'))
    : Promise.resolve({ ok: true, asOf: { tradeDate: '20261123', tsMs: 1, n: 1 }, rows: found });
}

export const posted = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
