import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { whileLocked } from './file-lock.ts';
import { ofCode, Tokens } from './tokens.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'fenshi-tokens-'));
const hour = 3_600_000;
const run = promisify(execFile);

test('what several processes change at once is all there: none writes over what another has issued or revoked', async () => {
  const dir = folder();
  const tokens = new Tokens(dir);
  const { issued } = await tokens.issue('lost phone', 'operator', hour);
  const script = join(dir, 'issue.mts');
  writeFileSync(
    script,
    `import { Tokens } from ${JSON.stringify(resolve('contracts/process/tokens.ts'))};
const tokens = new Tokens(${JSON.stringify(dir)});
for (let i = 0; i < 40; i++) await tokens.issue(\`t\${process.pid} \${i}\`, 'viewer', ${hour});
`,
  );
  const begun = Array.from({ length: 3 }, () => run(process.execPath, ['--import', 'tsx', script]));
  expect(await tokens.revoke(issued.id)).toBe(true);
  await Promise.all(begun);
  expect([tokens.list().length, tokens.validity(Date.now())(issued.id)]).toEqual([121, false]);
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

test('a lock that is held is waited a while; one whose maker died holds nobody for ever', async () => {
  const dir = folder();
  const lock = join(dir, 'a.lock');
  const work = (): Promise<string> => whileLocked(lock, () => 'done', 10);
  expect(await work()).toBe('done');
  writeFileSync(lock, 'another');
  await expect(work()).rejects.toMatchObject({ code: 'BUSY' });
  utimesSync(lock, new Date(0), new Date(0));
  expect(await work()).toBe('done');
  await expect(whileLocked(lock, () => JSON.parse('{') as unknown, 10)).rejects.toThrow(SyntaxError);
  expect(readdirSync(dir), 'nor does one whose work failed').toEqual([]);
});

test('whose lock was taken over while he slept leaves the other’s alone', async () => {
  const dir = folder();
  const lock = join(dir, 'a.lock');
  await whileLocked(lock, () => writeFileSync(lock, 'of another by now'));
  expect(readFileSync(lock, 'utf8')).toBe('of another by now');
});
