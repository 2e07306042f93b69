/** Whether the engine lives and is ready, by its own word; pure by the clock it is given. What is no trouble (closed, no day yet) is none here. */
import { type Alert, alertOfRun } from './alert.ts';

const silentMs = 15_000;
const unreadyMs = 15_000;
/** Reasons for which an engine is rightly not ready. */
const noTrouble: readonly string[] = ['NO_DAY', 'MARKET_CLOSED', 'BEFORE_OPEN', 'AFTER_CLOSE', 'STARTING', 'CATCHING_UP'];

export class EngineWatch {
  #lastWordMs: number;
  #why: { readonly text: string; readonly sinceMs: number } | null = null;
  #isTold = false;

  /** `nowMs`: what was not heard from before it has that long to speak. */
  constructor(nowMs: number) {
    this.#lastWordMs = nowMs;
  }

  heard(ready: boolean, text: string | null, code: string | null, nowMs: number): void {
    this.#lastWordMs = nowMs;
    if (ready || code === null || noTrouble.includes(code)) this.#why = null;
    else this.#why ??= { text: text ?? code, sinceMs: nowMs };
  }

  /** An alert when it has been dead or in trouble for fifteen seconds, and one when that is over. */
  look(nowMs: number): Alert | null {
    const silent = nowMs - this.#lastWordMs;
    const why =
      silent >= silentMs
        ? `引擎 ${Math.round(silent / 1000)} 秒没有响应`
        : this.#why !== null && nowMs - this.#why.sinceMs >= unreadyMs
          ? this.#why.text
          : null;
    if ((why !== null) === this.#isTold) return null;
    this.#isTold = why !== null;
    return alertOfRun('engine', why, nowMs);
  }
}
