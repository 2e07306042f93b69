import { mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ofCode, Tokens } from './tokens.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'fenshi-tokens-'));
const hour = 3_600_000;

test('what two processes change at once is all there: no new token brings back a revoked one', async () => {
  const dir = folder();
  const [cli, gateway] = [new Tokens(dir), new Tokens(dir)];
  const { issued } = await cli.issue('lost phone', 'operator', hour);
  // the gateway has read the list, and makes one of its own after the other has revoked
  expect(gateway.list()).toHaveLength(1);
  const [revoked] = await Promise.all([
    cli.revoke(issued.id),
    ...Array.from({ length: 20 }, (_, i) => gateway.issue(`t${i}`, 'viewer', hour)),
  ]);
  expect([revoked, gateway.list().length, cli.validity(Date.now())(issued.id)]).toEqual([true, 21, false]);
  expect(readdirSync(join(dir, 'auth')).sort()).toEqual(['key.json', 'tokens.json']);
});

test('a valid token is never thrown off the list for a new one; what has expired is, but for the codes that were used', async () => {
  const dir = folder();
  const tokens = new Tokens(dir);
  await tokens.issue('first', 'viewer', hour);
  const [first] = tokens.list();
  const file = join(dir, 'auth', 'tokens.json');
  const of = (id: string, name: string, expiresMs: number) => ({ ...first!, id, name, expiresMs });
  const standing = Array.from({ length: 999 }, (_, i) => of(`s${i}`, 'other', Date.now() + hour));
  writeFileSync(file, JSON.stringify([of('old', 'old', 1), of('code', `${ofCode}1`, 1), first, ...standing]));
  await expect(tokens.issue('one too many', 'viewer', hour)).rejects.toMatchObject({ code: 'TOKENS_FULL' });
  writeFileSync(file, JSON.stringify([of('old', 'old', 1), of('code', `${ofCode}1`, 1), first, ...standing.slice(1)]));
  await tokens.issue('the last', 'viewer', hour);
  const ids = (JSON.parse(readFileSync(file, 'utf8')) as { id: string }[]).map(({ id }) => id);
  expect([ids.includes(first!.id), ids.includes('old'), ids.includes('code'), ids.length]).toEqual([true, false, true, 1001]);
});

test('a list that cannot be read admits nobody, and is not written over', async () => {
  const dir = folder();
  const tokens = new Tokens(dir);
  const { token } = await tokens.issue('me', 'viewer', hour);
  const file = join(dir, 'auth', 'tokens.json');
  writeFileSync(file, '[{"id":');
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  await expect(tokens.callerOf(token)).rejects.toMatchObject({ code: 'TOKENS_UNREADABLE' });
  await expect(tokens.issue('other', 'viewer', hour)).rejects.toMatchObject({ code: 'TOKENS_UNREADABLE' });
  expect(readFileSync(file, 'utf8')).toBe('[{"id":');
});

test('a lock whose maker died holds nobody for ever', async () => {
  const dir = folder();
  const tokens = new Tokens(dir);
  await tokens.issue('me', 'viewer', hour);
  const lock = join(dir, 'auth', 'tokens.json.lock');
  writeFileSync(lock, '');
  await expect(tokens.issue('two', 'viewer', hour)).rejects.toMatchObject({ code: 'BUSY' });
  utimesSync(lock, new Date(0), new Date(0));
  await tokens.issue('two', 'viewer', hour);
  expect(tokens.list()).toHaveLength(2);
});
