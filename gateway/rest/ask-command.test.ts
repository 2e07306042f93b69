import { beforeEach, expect, test } from 'vitest';
import type { ControlRequest } from '../../contracts/process/ask-service.ts';
import { paramHashOf } from '../../contracts/process/param-hash.ts';
import type { Command } from '../../contracts/tape.ts';
import type { Did } from '../http/table.ts';
import { askCommand } from './ask-command.ts';
import { paramRoutes } from './params.ts';

const asked: ControlRequest[] = [];
const running: Record<string, number> = { z3: 2.5, r3: 0.01 };
beforeEach(() => {
  asked.length = 0;
});
const context = {
  command: async (request: ControlRequest) => {
    asked.push(request);
    return { ok: true, tradeDate: '20261123', step: 7, accepted: request.command.name !== 'disable', code: null };
  },
  ask: async () => ({
    ok: true,
    asOf: { tradeDate: '20261123', tsMs: 0, n: 0 },
    rows: [{ id: 'rally', params: { ...running }, paramHash: paramHashOf(running) }],
  }),
  lanes: async () => ({ ok: true, lanes: [] }),
} as never;
const did: Did[] = [];
const by = (key: string, id = 't1') => ({
  caller: { subject: 's', role: 'operator', id } as never,
  header: (name: string) => (name === 'idempotency-key' ? key : ''),
  did: (what: Did) => void did.push(what),
});
const dismiss: Command = { name: 'dismiss', opportunity: 'o1' };
const nameOf = async (key: string, command: Command = dismiss, id = 't1'): Promise<string> =>
  ((await askCommand(context, by(key, id), command)).body as { commandId: string }).commandId;

test('one key, one caller and one thing asked is one command; each of the three else makes another', async () => {
  const names = [await nameOf('k'), await nameOf('k'), await nameOf('l'), await nameOf('k', dismiss, 't2')];
  names.push(await nameOf('k', { name: 'dismiss', opportunity: 'o2' }), await nameOf(''), await nameOf(''));
  expect(names[1]).toBe(names[0]);
  expect(new Set(names).size).toBe(6);
});

test('a key that is none and a command of the machine’s own reach nobody; what the cell refuses is 409', async () => {
  await expect(askCommand(context, by('a key'), dismiss)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(askCommand(context, by('k'.repeat(101)), dismiss)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(askCommand(context, by(''), { name: 'fence' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(asked).toEqual([]);
  expect((await askCommand(context, by('k'), { name: 'disable', detector: 'rally' })).status).toBe(409);
  expect((await askCommand(context, by('k'), dismiss)).status).toBe(200);
});

test('the log of acts is told what is asked before it is, and what became of it', async () => {
  did.length = 0;
  await askCommand(context, by('k'), { name: 'risk', scope: 'market', level: 1, policy: 'hold' });
  const asking = { command: 'risk', of: 'market', commandId: expect.stringMatching(/^api:t1:/) };
  expect(did).toEqual([asking, { ...asking, tradeDate: '20261123', step: 7, accepted: true, code: null }]);
  const pending = { command: () => Promise.reject(new Error('no answer')) } as never;
  await askCommand(pending, by('k'), dismiss).catch(() => undefined);
  expect(did.at(-1)).toMatchObject({ command: 'dismiss', of: 'o1' });
});

const [params] = paramRoutes(context);
const post = (id: string, given: Record<string, number>, key = '') =>
  params!.handle({ params: { id }, body: { params: given }, query: {}, ...by(key) } as never);

test('parameters are the given ones over those that run, in their order, named by their hash', async () => {
  await post('rally', { r3: 0.02 });
  const whole = { z3: 2.5, r3: 0.02 };
  expect(asked[0]!.command).toEqual({
    name: 'params',
    strategy: 'rally',
    params: whole,
    paramHash: paramHashOf(whole),
    from: paramHashOf(running),
  });
});

test('they are over those that the caller saw, where it says so; a repeated request is the same command though others run by now', async () => {
  const nameAfter = async (r3: number, from?: string) => {
    const body = { params: { r3 }, ...(from === undefined ? {} : { paramHash: from }) };
    return ((await params!.handle({ params: { id: 'rally' }, body, query: {}, ...by('k') } as never)).body as { commandId: string })
      .commandId;
  };
  const first = await nameAfter(0.02);
  running.z3 = 9;
  expect(await nameAfter(0.02)).toBe(first);
  running.z3 = 2.5;
  expect(await nameAfter(0.03)).not.toBe(first);
  expect(await nameAfter(0.02, 'seen')).not.toBe(first);
  expect(asked.at(-1)!.command).toMatchObject({ from: 'seen' });
});

test('a strategy, a parameter or a key that is none changes nothing', async () => {
  await expect(post('nobody', { r3: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(post('rally', { q9: 1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(post('rally', { r3: 0.02 }, 'a key')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(asked).toEqual([]);
});
