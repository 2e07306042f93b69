/**
 * The cleaner: every quote is accepted, a duplicate, out of session, held for one quote, or quarantined with a reason.
 *
 * Accounting  accepted + duplicate + outOfSession + quarantined + held = rows, at every moment
 * Reorder     rows of one symbol inside one entry are taken in exchange-time order (the entry, ≤ 1 s, is the window);
 *             what comes later than that is Q2_TIME_BACKWARDS
 * Verdict     what an accepted row was found to be, handed on with it: one object for all rows, good until the next
 */
import { absentMilli, batchOf, phaseCode, type Quote, type QuoteBatch, quoteFlag, rowOf } from '../../contracts/quote.ts';
import { isContinuous, midnightOf, type Phase, phaseOf, slotSec, tsecOf } from '../../contracts/session.ts';
import { exchanges } from '../../contracts/units.ts';
import {
  type Accepted,
  acceptedColumns,
  commit,
  type Held,
  neverSlot,
  noteLimits,
  notePreClose,
  sameBook,
  sameDouble,
} from './accepted.ts';
import {
  checkPrice,
  checkTime,
  checkTotals,
  checkUnits,
  hasReturned,
  intervalAcross,
  isBookSound,
  isDuplicate,
  isSameLevel,
  mustHold,
  type QuarantineReason,
} from './checks.ts';
import { type ColumnImage, imageOf, restoreColumns } from './columns.ts';
import { type Freshness, freshnessColumns, noteClock, noteQuote } from './freshness.ts';
import { leadOf, learnSkew, newSkew, type Skew } from './skew.ts';
import { exchangeIndex, type Universe } from './universe.ts';

export type Quarantined = {
  readonly n: number;
  readonly row: number;
  readonly source: string;
  readonly reason: QuarantineReason;
  readonly quote: Quote;
};
export type CleanCounts = {
  accepted: number;
  duplicate: number;
  outOfSession: number;
  held: number;
  quarantined: Record<string, number>;
  bookDropped: number;
  /** Symbols whose computed limits an accepted price lay outside of: those limits are unknown from there on. */
  ruleWrong: number;
};

/** What cleaning found of the row being accepted. `tsec`: of its own stamp. `dv`, `da`: shares and yuan since the quote before, NaN where unknown. */
export type RowVerdict = { s: number; tsec: number; slot: number; dv: number; da: number; bookOk: boolean; stalled: boolean };
type Handle = (verdict: Readonly<RowVerdict>, batch: QuoteBatch, i: number) => void;
/** `add` runs while `accepted` still holds the quote before, `settled` once it holds this one. */
export type OnAccepted = {
  readonly add: Handle;
  readonly settled: Handle;
  readonly halted: (s: number) => void;
  /** Processing a row of symbol `s` threw; −1 for an unknown symbol. */
  readonly threw: (s: number, error: unknown) => void;
};

type Heard = { slot: number; resumedSlot: number };
/** A whole source is never silent so long while anything trades. */
const sourceSilentSec = 15;
/** Silence of one symbol beyond which it was lost, whatever its source did. */
const lostSec = 300;

const auctionPhases: readonly Phase[] = ['OPEN_CALL_1', 'OPEN_CALL_2', 'OPEN_PAUSE', 'CLOSE_CALL'];

export class Cleaner {
  readonly accepted: Accepted;
  readonly freshness: Freshness = freshnessColumns();
  readonly counts: CleanCounts = { accepted: 0, duplicate: 0, outOfSession: 0, held: 0, quarantined: {}, bookDropped: 0, ruleWrong: 0 };
  /** Filled while an entry is applied, taken by the cell at its end. */
  quarantined: Quarantined[] = [];
  readonly #verdict: RowVerdict = { s: 0, tsec: 0, slot: 0, dv: Number.NaN, da: Number.NaN, bookOk: false, stalled: false };

  readonly #universe: Universe;
  readonly #staleGuard: boolean;
  readonly #held = new Map<number, Held>();
  readonly #sources: string[] = [];
  readonly #skews: Skew[] = [];
  /** By source: slot of its last batch, and at which it last came back from a silence. */
  readonly #heard: Heard[] = [];
  readonly #exchange: Uint8Array;
  readonly #midnight: number;
  /** Scratch of #isOrdered: which batch touched a symbol last, and with what stamp. */
  #stamp = 0;
  readonly #stampOf: Float64Array;
  readonly #stampTs: Float64Array;

  constructor(universe: Universe, tradeDate: string, staleGuard: boolean) {
    this.#universe = universe;
    this.#staleGuard = staleGuard;
    this.#midnight = midnightOf(tradeDate);
    this.#exchange = Uint8Array.from(universe.exchange, exchangeIndex);
    this.accepted = acceptedColumns(universe);
    this.#stampOf = new Float64Array(universe.count);
    this.#stampTs = new Float64Array(universe.count);
  }

  /** Takes every row of a batch; `onAccepted` runs for accepted quotes of continuous trading. */
  batch(batch: QuoteBatch, n: number, onAccepted: OnAccepted): void {
    const source = this.#sourceNo(batch.source);
    this.#noteHeard(source, batch.tsMs);
    if (this.#isOrdered(batch)) {
      for (let i = 0; i < batch.count; i++) this.#guarded(batch, i, n, source, onAccepted);
      return;
    }
    const rows = Array.from({ length: batch.count }, (_, i) => i);
    rows.sort((a, b) => batch.tsExchangeMs[a]! - batch.tsExchangeMs[b]! || a - b);
    for (const i of rows) this.#guarded(batch, i, n, source, onAccepted);
  }

  /** When a source speaks again after a silence: what a symbol did not say meanwhile is a gap, else it had nothing to say. */
  #noteHeard(source: number, tsMs: number): void {
    const slot = Math.floor(tsecOf(tsMs) / slotSec);
    const heard = this.#heard[source]!;
    if ((slot - heard.slot) * slotSec > sourceSilentSec) heard.resumedSlot = slot;
    heard.slot = slot;
  }

  /** A throw concerns the row's symbol and no other. */
  #guarded(batch: QuoteBatch, i: number, n: number, source: number, onAccepted: OnAccepted): void {
    try {
      this.#row(batch, i, n, source, onAccepted, true);
    } catch (error) {
      onAccepted.threw(this.#universe.rowOf(batch.instrumentNo[i]!), error);
    }
  }

  /** At the day's end: quotes still held are accepted, since nothing came to refute them. */
  flushHeld(onAccepted: OnAccepted): void {
    for (const [s, held] of [...this.#held]) this.#resolveHeld(s, held, absentMilli, onAccepted);
  }

  /** Whether no symbol's rows in the batch run backwards in exchange time. */
  #isOrdered(batch: QuoteBatch): boolean {
    this.#stamp += 1;
    for (let i = 0; i < batch.count; i++) {
      const s = this.#universe.rowOf(batch.instrumentNo[i]!);
      if (s < 0) continue;
      if (this.#stampOf[s] === this.#stamp && batch.tsExchangeMs[i]! < this.#stampTs[s]!) return false;
      this.#stampOf[s] = this.#stamp;
      this.#stampTs[s] = batch.tsExchangeMs[i]!;
    }
    return true;
  }

  /** At each clock of continuous trading: which exchanges froze just now. */
  clock(tsec: number): readonly string[] {
    return this.#staleGuard ? noteClock(this.freshness, tsec).map((e) => exchanges[e]!) : [];
  }

  isStalled(s: number): boolean {
    return this.freshness.stalled[this.#exchange[s]!] === 1;
  }

  /** Slot at which the last gap, halt or freeze that concerns the symbol ended. */
  resumedSlot(s: number): number {
    return Math.max(this.accepted.resumeSlot[s]!, this.freshness.stallEndSlot[this.#exchange[s]!]!);
  }

  #row(batch: QuoteBatch, i: number, n: number, source: number, onAccepted: OnAccepted, mayHold: boolean): void {
    const { accepted } = this;
    const s = this.#universe.rowOf(batch.instrumentNo[i]!);
    if (s < 0) return this.#quarantine(batch, i, n, 'UNKNOWN_INSTRUMENT');
    const at = batch.tsExchangeMs[i]!;
    if (at < this.#midnight || at >= this.#midnight + 86_400_000) return this.#quarantine(batch, i, n, 'WRONG_DATE');
    if (isDuplicate(accepted, s, batch, i, source)) {
      this.counts.duplicate += 1;
      return;
    }
    const phase = phaseOf(at);
    const continuous = isContinuous(phase);
    if (!continuous && !auctionPhases.includes(phase)) {
      this.counts.outOfSession += 1;
      return;
    }
    const late = checkTime(accepted, s, batch, i, leadOf(this.#skews[source]!)) ?? checkTotals(accepted, s, batch, i, source);
    if (late !== null) return this.#quarantine(batch, i, n, late);
    this.#interval(s, batch, i, source);
    const wrong = continuous ? this.#checkContinuous(s, batch, i, source) : null;
    if (wrong !== null) return this.#quarantine(batch, i, n, wrong);
    const held = mayHold && batch.lastMilli[i]! > 0 ? this.#held.get(s) : undefined;
    if (held !== undefined && this.#resolveHeld(s, held, batch.lastMilli[i]!, onAccepted)) {
      // the jump stands: this row is judged anew behind it, and is not held in its turn where it confirms the level
      return this.#row(batch, i, n, source, onAccepted, !isSameLevel(held.quote.lastMilli!, batch.lastMilli[i]!));
    }
    if (!continuous) return this.#acceptAuction(s, batch, i, source);
    if (mayHold && mustHold(accepted, s, batch.lastMilli[i]!, this.#verdict.dv)) {
      this.counts.held += 1;
      this.#held.set(s, { quote: rowOf(batch, i), source: batch.source, tsMs: batch.tsMs, n, row: i });
      return;
    }
    this.#acceptContinuous(s, batch, i, source, onAccepted);
  }

  #checkContinuous(s: number, batch: QuoteBatch, i: number, source: number): QuarantineReason | null {
    // limits that were only computed flag a quote (noteLimits) and never remove it
    const told = this.accepted.limitTold[s] === 1 && (batch.flags[i]! & quoteFlag.noLimit) === 0;
    const up = batch.limitUpMilli?.[i] ?? absentMilli;
    const down = batch.limitDownMilli?.[i] ?? absentMilli;
    const known = up === absentMilli && down === absentMilli && told;
    // between two sources an odd interval is unknown, not a fault of the row
    const isSame = this.accepted.source[s] === source;
    return (
      checkPrice(batch, i, known ? this.accepted.limitUp[s]! : up, known ? this.accepted.limitDown[s]! : down) ??
      (isSame ? checkUnits(this.accepted, s, batch, i, this.#verdict.dv, this.#verdict.da) : null)
    );
  }

  #interval(s: number, batch: QuoteBatch, i: number, source: number): void {
    const { accepted } = this;
    const dv = batch.volumeShares[i]! - accepted.volume[s]!;
    const da = batch.amountYuan[i]! - accepted.amount[s]!;
    const known = accepted.seen[s] === 1 && accepted.decreases[s] === 0;
    this.#verdict.dv = known ? dv : Number.NaN;
    this.#verdict.da = known ? da : Number.NaN;
    if (known && accepted.source[s] !== source) [this.#verdict.dv, this.#verdict.da] = intervalAcross(accepted, s, batch, i, dv, da);
  }

  #acceptAuction(s: number, batch: QuoteBatch, i: number, source: number): void {
    this.counts.accepted += 1;
    this.accepted.decreases[s] = 0;
    notePreClose(this.accepted, s, batch, i);
    noteLimits(this.accepted, s, batch, i);
    commit(this.accepted, s, batch, i, source, false, null);
  }

  #acceptContinuous(s: number, batch: QuoteBatch, i: number, source: number, onAccepted: OnAccepted): void {
    const { accepted } = this;
    const tsec = tsecOf(batch.tsExchangeMs[i]!);
    const slot = Math.floor(tsec / slotSec);
    this.counts.accepted += 1;
    accepted.decreases[s] = 0;
    this.#verdict.bookOk = isBookSound(batch, i);
    notePreClose(accepted, s, batch, i);
    if (noteLimits(accepted, s, batch, i)) this.counts.ruleWrong += 1;
    if (!this.#verdict.bookOk) this.counts.bookDropped += 1;
    if (batch.lastMilli[i] === absentMilli && batch.phaseCode[i] !== phaseCode.halted) {
      // not traded yet today: a book, and no price to make features of
      commit(accepted, s, batch, i, source, this.#verdict.bookOk, null);
      return;
    }
    this.#noteGap(s, batch, i, slot, tsec, source);
    learnSkew(this.#skews[source]!, batch.tsMs, batch.tsExchangeMs[i]!);
    if (batch.phaseCode[i] === phaseCode.halted) {
      commit(accepted, s, batch, i, source, false, null);
      if (accepted.halted[s] === 0) {
        accepted.halted[s] = 1;
        onAccepted.halted(s);
      }
      return;
    }
    const verdict = this.#verdict;
    verdict.s = s;
    verdict.tsec = tsec;
    verdict.slot = slot;
    verdict.stalled = this.isStalled(s);
    onAccepted.add(verdict, batch, i);
    commit(accepted, s, batch, i, source, verdict.bookOk, slot);
    onAccepted.settled(verdict, batch, i);
  }

  #noteGap(s: number, batch: QuoteBatch, i: number, slot: number, tsec: number, source: number): void {
    const { accepted } = this;
    const lastSlot = accepted.slot[s]!;
    const resumed = accepted.halted[s] === 1 && batch.phaseCode[i] !== phaseCode.halted;
    if (resumed) accepted.halted[s] = 0;
    const changed =
      batch.lastMilli[i] !== accepted.last[s] || !sameDouble(batch.amountYuan[i]!, accepted.amount[s]!) || !sameBook(accepted, s, batch, i);
    noteQuote(this.freshness, this.#exchange[s]!, slot, tsec, changed, lastSlot === neverSlot);
    if (lastSlot !== neverSlot) {
      const silentSec = (slot - lastSlot) * slotSec;
      const gap =
        resumed || silentSec > lostSec || (silentSec > this.#universe.staleSec[s]! && this.#heard[source]!.resumedSlot > lastSlot);
      const stallEnded = lastSlot < this.freshness.stallEndSlot[this.#exchange[s]!]!;
      if (gap) accepted.resumeSlot[s] = slot;
      // what was traded behind a gap or a frozen feed arrives as one interval and belongs to no window
      if (gap || stallEnded || Number.isNaN(this.#verdict.da)) accepted.volumeGapSlot[s] = slot;
    }
  }

  /** A held quote stands if the next sound one does not come back; then it is accepted first. */
  #resolveHeld(s: number, held: Held, nextLast: number, onAccepted: OnAccepted): boolean {
    this.#held.delete(s);
    this.counts.held -= 1;
    const batch = batchOf(held.source, held.tsMs, [held.quote]);
    if (hasReturned(this.accepted, s, nextLast)) {
      this.#quarantine(batch, 0, held.n, 'Q7_BAD_TICK', held.row);
      return false;
    }
    this.#row(batch, 0, held.n, this.#sourceNo(held.source), onAccepted, false);
    return true;
  }

  #quarantine(batch: QuoteBatch, i: number, n: number, reason: QuarantineReason, row = i): void {
    this.counts.quarantined[reason] = (this.counts.quarantined[reason] ?? 0) + 1;
    this.quarantined.push({ n, row, source: batch.source, reason, quote: rowOf(batch, i) });
  }

  #sourceNo(name: string): number {
    const known = this.#sources.indexOf(name);
    if (known >= 0) return known;
    this.#sources.push(name);
    this.#skews.push(newSkew());
    this.#heard.push({ slot: neverSlot, resumedSlot: neverSlot });
    return this.#sources.length - 1;
  }

  image(): CleanerImage {
    return {
      accepted: imageOf(this.accepted),
      freshness: imageOf(this.freshness),
      counts: structuredClone(this.counts),
      held: [...this.#held],
      sources: [...this.#sources],
      skews: structuredClone(this.#skews),
      heard: structuredClone(this.#heard),
    };
  }

  restore(image: CleanerImage): void {
    restoreColumns(this.accepted, image.accepted);
    restoreColumns(this.freshness, image.freshness);
    Object.assign(this.counts, structuredClone(image.counts));
    this.#held.clear();
    for (const [s, held] of image.held) this.#held.set(s, held);
    this.#sources.splice(0, this.#sources.length, ...image.sources);
    this.#skews.splice(0, this.#skews.length, ...structuredClone(image.skews as Skew[]));
    this.#heard.splice(0, this.#heard.length, ...structuredClone(image.heard as Heard[]));
  }
}

export type CleanerImage = {
  readonly accepted: ColumnImage;
  readonly freshness: ColumnImage;
  readonly counts: CleanCounts;
  readonly held: readonly (readonly [number, Held])[];
  readonly sources: readonly string[];
  readonly skews: readonly Skew[];
  readonly heard: readonly Heard[];
};
