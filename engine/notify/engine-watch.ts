/**
 * Whether the engine lives and is ready, by its own word; pure by the clock it is given.
 *
 * Trouble  fifteen seconds of silence, of a reason that is none of rest, or without the broker; a start may take a minute
 * Over     ten seconds of readiness or rest: what comes up and falls again has not come back
 * Asleep   looks far apart are this machine's own sleep, and no silence of the engine's
 */
import { type Alert, alertOfRun } from './alert.ts';

const [silentMs, unreadyMs, startMs, settledMs, asleepMs] = [15_000, 15_000, 60_000, 10_000, 5000];
/** Reasons for which an engine rightly is not ready. */
const atRest: readonly string[] = ['NO_DAY', 'AFTER_CLOSE'];

export class EngineWatch {
  #lookedMs: number;
  #lastWordMs: number;
  #trouble: { readonly text: string; readonly sinceMs: number; readonly boundMs: number } | null = null;
  #fine: { readonly sinceMs: number; readonly isReady: boolean } | null = null;
  #awaySinceMs: number | null = null;
  #isTold: boolean;

  /** `nowMs`: what was not heard from before it has that long to speak. */
  constructor(nowMs: number, isTold = false) {
    [this.#lookedMs, this.#lastWordMs, this.#isTold] = [nowMs, nowMs, isTold];
  }

  /** To be remembered. */
  get isTold(): boolean {
    return this.#isTold;
  }

  heard(ready: boolean, text: string | null, code: string | null, nowMs: number): void {
    this.#lastWordMs = nowMs;
    if (ready || code === null || atRest.includes(code)) {
      this.#trouble = null;
      this.#fine = { sinceMs: this.#fine?.sinceMs ?? nowMs, isReady: ready };
      return;
    }
    this.#fine = null;
    const boundMs = code === 'STARTING' ? startMs : unreadyMs;
    this.#trouble = { text: text ?? code, sinceMs: this.#trouble?.sinceMs ?? nowMs, boundMs };
  }

  /** An alert when it is in trouble, and one when that is over. To be called about once a second. */
  look(nowMs: number, connected: boolean): Alert | null {
    if (nowMs - this.#lookedMs > asleepMs) this.#forgive(nowMs);
    this.#lookedMs = nowMs;
    const why = this.#why(nowMs, connected);
    if (why !== null) this.#fine = null;
    if (why !== null && !this.#isTold) {
      this.#isTold = true;
      return alertOfRun(false, why, nowMs);
    }
    // by its words: a last one that said ready is no ten seconds of it
    if (why !== null || !this.#isTold || this.#fine === null || this.#lastWordMs - this.#fine.sinceMs < settledMs) return null;
    this.#isTold = false;
    return alertOfRun(true, this.#fine.isReady ? '行情重新进入,机会继续跟踪' : '引擎已恢复,当前没有进行中的交易日', nowMs);
  }

  #why(nowMs: number, connected: boolean): string | null {
    if (!connected) {
      this.#awaySinceMs ??= nowMs;
      const sec = Math.round((nowMs - this.#awaySinceMs) / 1000);
      return nowMs - this.#awaySinceMs >= silentMs ? `消息服务(nats-server)${sec} 秒没有连接` : null;
    }
    // nobody could be heard without it
    if (this.#awaySinceMs !== null) this.#forgive(nowMs);
    const silent = nowMs - this.#lastWordMs;
    if (silent >= silentMs) return `引擎 ${Math.round(silent / 1000)} 秒没有响应`;
    const trouble = this.#trouble;
    return trouble !== null && nowMs - trouble.sinceMs >= trouble.boundMs ? trouble.text : null;
  }

  #forgive(nowMs: number): void {
    this.#awaySinceMs = null;
    this.#lastWordMs = nowMs;
    if (this.#trouble !== null) this.#trouble = { ...this.#trouble, sinceMs: nowMs };
    this.#fine = null;
  }
}
