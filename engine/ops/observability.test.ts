import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { stringify } from 'yaml';
import { opsPortOf, type RoleName, roles } from '../../contracts/roles.ts';
import { freePort, freePorts } from '../../scenarios/support/test-broker.ts';

type Found = { readonly prometheus: string; readonly promtool: string };
const finder = '../cli/setup/prometheus.mjs';
const found: Found | string = await (import(finder) as Promise<{ findPrometheus: (say: (line: string) => void) => Promise<Found> }>)
  .then(({ findPrometheus }) => findPrometheus(() => undefined))
  .catch((error: Error) => error.message.split('\n')[0]!);
const noUws = await import('uWebSockets.js').then(
  () => '',
  (error: Error) => error.message.split('\n')[0]!,
);
const missing = typeof found === 'string' ? found : noUws;
const tools = typeof found === 'string' ? { prometheus: '', promtool: '' } : found;
type Dashboard = {
  readonly panels: readonly { readonly type: string; readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
};
const dashboard = JSON.parse(readFileSync('engine/ops/grafana/dashboards/fenshi.json', 'utf8')) as Dashboard;
const panels = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

describe.skipIf(typeof found === 'string')(`alert rules${typeof found === 'string' ? ` (${found})` : ''}`, () => {
  test('are rules, and each is silent, fires and ends as its situations say', () => {
    expect(execFileSync(tools.promtool, ['check', 'rules', 'engine/ops/rules.yml'], { encoding: 'utf8' })).toContain('SUCCESS');
    expect(
      execFileSync(tools.promtool, ['test', 'rules', 'engine/ops/rules.test.yml'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    ).toContain('SUCCESS');
  });
});

describe.skipIf(missing !== '')(`the dashboard over a live run${missing === '' ? '' : ` (${missing})`}`, () => {
  let dir: string;
  let up: ChildProcess;
  let prometheus: ChildProcess;
  let ws: WebSocket;
  let url: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fenshi-ops-'));
    const [port, ops] = [await freePort(), await freePorts(6)];
    const env = {
      ...process.env,
      FENSHI_DATA: dir,
      FENSHI__SERVER__PORT: String(port),
      FENSHI__NATS__PORT: String(await freePort()),
      FENSHI__OPS__PORT: String(ops),
      FENSHI__DEMO__SCALE: 'tiny',
      FENSHI__LOG__LEVEL: 'silent',
    };
    up = spawn(process.execPath, ['engine/cli/launch.mjs', 'engine/cli/main.ts', 'up'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      up.stderr!.setEncoding('utf8').on('data', (text: string) => (text.includes('ready') ? resolve() : undefined));
      up.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
    });
    ws = new WebSocket(`ws://127.0.0.1:${port}/v1/stream`, ['fenshi.v1.json'], { origin: `http://127.0.0.1:${port}` });
    await new Promise<void>((resolve, reject) => {
      ws.once('open', () => ws.send(JSON.stringify({ op: 'sub', id: 1, ch: 'opportunities' })));
      ws.once('error', reject);
      ws.on('message', (data) => {
        const frame = JSON.parse(String(data)) as { readonly re?: number; readonly error?: unknown };
        if (frame.error !== undefined) reject(new Error(String(data)));
        else if (frame.re === 1) resolve();
      });
    });
    cpSync('engine/ops/rules.yml', join(dir, 'rules.yml'));
    // these are up only with strategies, or channels and rules, of one's own
    const running = (Object.keys(roles) as RoleName[]).filter((role) => role !== 'sandbox' && role !== 'notify');
    const targets = running.map((role) => ({
      targets: [`127.0.0.1:${opsPortOf(role, ops)}`],
      labels: { role },
    }));
    writeFileSync(
      join(dir, 'prometheus.yml'),
      stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.yml'],
        scrape_configs: [{ job_name: 'fenshi', static_configs: targets }],
      }),
    );
    const own = await freePort();
    url = `http://127.0.0.1:${own}`;
    prometheus = spawn(
      tools.prometheus,
      [`--config.file=${join(dir, 'prometheus.yml')}`, `--storage.tsdb.path=${join(dir, 'tsdb')}`, `--web.listen-address=127.0.0.1:${own}`],
      { stdio: 'ignore' },
    );
  });
  afterAll(async () => {
    ws?.terminate();
    for (const child of [prometheus, up]) {
      if (child === undefined || child.exitCode !== null) continue;
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    rmSync(dir, { recursive: true, force: true });
  });

  const series = async (expr: string): Promise<number> => {
    // until it has read its own store it answers 503, in words
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`)
      .then((response) => response.json() as Promise<{ status: string; data: { result: { value: [number, string] }[] } }>)
      .catch(() => null);
    return answer?.status === 'success' ? answer.data.result.filter(({ value }) => value[1] !== 'NaN').length : 0;
  };

  test('every panel’s query has a series', async () => {
    let silent = panels;
    for (const until = Date.now() + 100_000; silent.length > 0 && Date.now() < until; ) {
      const counts = await Promise.all(silent.map(({ expr }) => series(expr)));
      silent = silent.filter((_, i) => counts[i] === 0);
      if (silent.length > 0) await sleep(500);
    }
    expect(silent).toEqual([]);
  });
});
