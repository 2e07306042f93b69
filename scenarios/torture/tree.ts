/**
 * The whole product under fire: `fenshi up` on its own folder, its process group ended by SIGKILL at random moments and started
 * again at once. Afterwards JOURNAL must be the fold of TAPE, as both lie in the streams.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { decode } from '../../contracts/codec.ts';
import { readStep } from '../../contracts/compat/read.ts';
import type { LifecycleMessage } from '../../contracts/journal.ts';
import { streams } from '../../contracts/subjects.ts';
import { decodeTape } from '../../contracts/tape.ts';
import { accessFor } from '../../engine/log/broker.ts';
import { loadBundle } from '../../engine/log/bundle-store.ts';
import { connectBroker } from '../../engine/log/connect.ts';
import { foldDay } from '../../engine/runtime/fold.ts';
import { collect } from '../support/collect.ts';
import { freePort, freePorts } from '../support/test-broker.ts';

const run = 'demo-1';
export type TreeOutcome = {
  readonly kills: number;
  readonly steps: number;
  readonly different: number;
  readonly lost: number;
  readonly doubled: number;
  /** Entries concluded a second of the run, kills and restarts included. */
  readonly perSecond: number;
};

export async function treeUnderFire(kills: number, random: (below: number) => number): Promise<TreeOutcome> {
  const dir = mkdtempSync(join(tmpdir(), 'fenshi-tree-'));
  const natsPort = await freePort();
  const env = {
    ...process.env,
    FENSHI_DATA: dir,
    FENSHI__SERVER__PORT: String(await freePort()),
    FENSHI__NATS__PORT: String(natsPort),
    FENSHI__OPS__PORT: String(await freePorts(6)),
    FENSHI__DEMO__STARTAT: '09:15',
    FENSHI__DEMO__SPEED: '240',
    FENSHI__LOG__LEVEL: 'error',
  };
  const startedMs = Date.now();
  let tree = up(env, false);
  for (let i = 0; i < kills; i++) {
    await pause(2500 + random(4000));
    // a start that was refused is a failure of its own
    if (tree.exitCode !== null) throw new Error(`fenshi up ended by itself with ${tree.exitCode} after kill ${i}`);
    killGroup(tree);
    tree = up(env, true);
  }
  try {
    return await judged(dir, natsPort, kills, startedMs);
  } finally {
    if (tree.exitCode === null && tree.signalCode === null) {
      tree.kill('SIGTERM');
      await new Promise((resolve) => tree.once('exit', resolve));
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

async function judged(dir: string, natsPort: number, kills: number, startedMs: number): Promise<TreeOutcome> {
  const nc = await connectBroker(accessFor(join(dir, run), natsPort, 'engine'), 'torture');
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  const names = streams(run);
  // day.open is the first message; the day is over when a later one of its kind stands
  const newestDaySeq = async () =>
    (await jsm.streams.getMessage(names.tape, { last_by_subj: `tape.v1.${run}.day` }).catch(() => null))?.seq ?? 0;
  while ((await newestDaySeq()) <= 1) await pause(200);
  const tape = (await collect(js, jsm, names.tape, decodeTape)).filter(firstDay());
  const [open] = tape;
  if (open?.type !== 'day.open') throw new Error('the tape does not begin with day.open');
  const { steps } = foldDay(loadBundle(join(dir, 'bundles'), open.bundle), tape);
  const entries = steps.flatMap(({ step, entries: all }) => all.map((_entry, index) => `${step}:${index}`));
  while ((await jsm.streams.info(names.lifecycle)).state.messages < entries.length) await pause(100);
  const seconds = (Date.now() - startedMs) / 1000;
  const journal = await collect(js, jsm, names.journal, readStep);
  const lifecycle = (await collect(js, jsm, names.lifecycle, (body) => decode(body) as LifecycleMessage)).filter(
    ({ tradeDate }) => tradeDate === open.tradeDate,
  );
  await nc.close();
  const projected = new Set(lifecycle.map(({ step, index }) => `${step}:${index}`));
  return {
    kills,
    steps: steps.length,
    different: steps.filter(({ hash }, i) => journal[i]?.hash !== hash).length,
    lost: entries.filter((each) => !projected.has(each)).length,
    doubled: lifecycle.length - projected.size,
    perSecond: entries.length / seconds,
  };
}

/** Passes entries up to and including the first day.close. */
function firstDay(): (entry: { readonly type: string }) => boolean {
  let over = false;
  return ({ type }) => {
    const before = over;
    over ||= type === 'day.close';
    return !before;
  };
}

/** A process group of its own, so that all of it can die at once. */
const up = (env: NodeJS.ProcessEnv, again: boolean): ChildProcess =>
  spawn(process.execPath, ['engine/cli/run.mjs', 'up', ...(again ? ['--run', run] : [])], { env, detached: true, stdio: 'ignore' });

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // it had not come up yet, or was gone
  }
}

const pause = (ms: number): Promise<void> => sleep(ms);
