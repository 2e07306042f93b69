/**
 * The day at hand as the stream tells it. Frames change plain maps; one commit a painted frame hands new ones to whoever looks, so that two
 * hundred changes a second cost sixty renderings.
 *
 * Numbers  change in place     Gap  what was missed is counted after a break     Paint  from a frame's arrival to the picture that shows it
 */
import { create } from 'zustand';
import { FenshiClient } from '../../../../contracts/stream-client.ts';
import { PaintClock } from './paint-clock.ts';
import { board } from './quote-board.ts';
import { api, forgetToken, token } from './session.ts';
import {
  type Change,
  type DayView,
  type LiveValues,
  type Mark,
  type Opportunity,
  type Quote,
  type Report,
  type StateChannel,
  type StateItem,
  type StrategyItem,
  stateChannels,
  type Told,
} from './shapes.ts';

const toldMax = 200;
const hiddenMs = 500;

export type Market = {
  readonly connected: boolean;
  /** Wall clock of the loss; null while connected. */
  readonly lostMs: number | null;
  readonly needsToken: boolean;
  /** Nothing has been told yet. */
  readonly loading: boolean;
  readonly day: DayView;
  readonly live: ReadonlyMap<string, LiveValues>;
  readonly quotes: ReadonlyMap<string, Quote>;
  readonly report: Report | null;
  /** Tape time last heard, and when. */
  readonly tape: { readonly tsMs: number; readonly receivedMs: number } | null;
  /** Changes that were missed during the last break, and when they came; null when none were. */
  readonly filled: { readonly count: number; readonly atMs: number } | null;
  /** Ids that changed in the frame just painted. */
  readonly flashed: ReadonlySet<string>;
  readonly paintP95: number | null;
};

const noStates: DayView['states'] = { market: new Map(), risk: new Map(), sources: new Map(), sectors: new Map() };
export const noDay: DayView = {
  epoch: '',
  origin: 'simulated',
  offset: 0,
  items: new Map(),
  told: [],
  marks: [],
  reasons: new Map(),
  states: noStates,
  strategies: [],
};

export const useMarket = create<Market>()(() => ({
  connected: false,
  lostMs: null,
  needsToken: false,
  loading: true,
  day: noDay,
  live: new Map(),
  quotes: new Map(),
  report: null,
  tape: null,
  filled: null,
  flashed: new Set(),
  paintP95: null,
}));

type Event = { readonly id: string; readonly change: Change; readonly opportunity: Opportunity; readonly left?: boolean };

/** What is waiting for the next frame. */
class Feed {
  readonly #items = new Map<string, Opportunity>();
  readonly #reasons = new Map<string, Change>();
  readonly #states = new Map<StateChannel, Map<string, StateItem>>();
  readonly #quotes = new Map<string, Quote>();
  readonly #paint = new PaintClock();
  #strategies: StrategyItem[] = [];
  #told: Told[] = [];
  #marks: Mark[] = [];
  #offset = 0;
  #epoch = '';
  #flashed = new Set<string>();
  #due = false;
  #more: Partial<Market> = {};
  #missed = 0;
  readonly client: FenshiClient;

  constructor() {
    const given = token();
    this.client = new FenshiClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/stream`,
      ...(given === null ? {} : { token: given }),
      mostWaitMs: 5000,
    });
    this.client.onState = (connected) => this.#connection(connected);
    this.client.onTurnedAway = (code) => {
      if (code !== 4500) return;
      forgetToken();
      this.change({ needsToken: true });
    };
    this.#follow();
  }

  /** Quotes of these symbols from now on. */
  quote(symbols: readonly string[]): void {
    this.client.unsubscribe('quotes');
    // what is no longer followed is not known any more
    for (const known of [...this.#quotes.keys()]) if (!symbols.includes(known)) this.#quotes.delete(known);
    this.change({ quotes: new Map(this.#quotes) });
    if (symbols.length === 0) return;
    this.client.subscribe(
      'quotes',
      { onValues: (values) => this.#hearQuotes(values as Omit<Quote, 'receivedMs'>[]) },
      { symbol: [...symbols] },
    );
  }

  /** Of every stock from now on, into the board. */
  quoteAll(): void {
    this.quote([]);
    this.client.subscribe('quotes', { onValues: (values, whole, tsMs) => board.take(values, whole, tsMs) });
  }

  change(more: Partial<Market>): void {
    this.#more = { ...this.#more, ...more };
    if (this.#due) return;
    this.#due = true;
    // a page that nobody sees has no frames, and is heard all the same
    if (document.hidden) setTimeout(() => this.#commit(), hiddenMs);
    else requestAnimationFrame(() => this.#commit());
  }

  #follow(): void {
    const subscription = this.client.subscribe('opportunities', {
      onSnapshot: (all, offset) => {
        this.#items.clear();
        // told newest first; everybody here takes the oldest for the first
        for (const item of [...(all as Opportunity[])].reverse()) this.#items.set(item.id, item);
        // of another day nothing stays
        [this.#told, this.#marks] = [[], []];
        this.#reasons.clear();
        this.#stand(subscription.epoch ?? '', offset);
        void this.#recall();
        this.#changed();
      },
      onCurrent: () => this.#current(),
      onEvents: (seq, events, tsMs) => {
        for (const event of events as Event[]) this.#take(seq, event);
        if (tsMs === null) this.#missed += events.length;
        this.#stand(subscription.epoch ?? this.#epoch, seq);
        this.#changed();
      },
    });
    for (const channel of stateChannels)
      this.client.subscribe(channel, {
        onSnapshot: (items) => this.#setStates(channel, new Map(), items),
        onEvents: (_seq, events) => this.#setStates(channel, new Map(this.#states.get(channel)), events),
      });
    this.client.subscribe('strategies', {
      onSnapshot: (items) => this.#setStrategies(items),
      onEvents: (_seq, events) => this.#setStrategies([...this.#strategies, ...events]),
    });
    this.client.subscribe('live', {
      onValues: (values) => this.change({ live: new Map((values as LiveValues[]).map((each) => [each.id, each])) }),
    });
    this.client.subscribe('ops', { onValues: ([report]) => this.#report(report as Report) });
  }

  #report(report: Report): void {
    // a word that says the same time again is no news of the tape
    const known = useMarket.getState().tape?.tsMs ?? 0;
    const moved = report.tapeMs !== null && report.tapeMs > 0 && report.tapeMs !== known;
    this.change({ report, ...(moved ? { tape: { tsMs: report.tapeMs!, receivedMs: Date.now() } } : {}) });
  }

  #connection(connected: boolean): void {
    this.#missed = 0;
    if (!connected) this.change({ connected, lostMs: useMarket.getState().lostMs ?? Date.now() });
  }

  /** What stands here is what the server has: only now it is connected for who looks. */
  #current(): void {
    const filled = this.#missed > 0 ? { filled: { count: this.#missed, atMs: Date.now() } } : {};
    this.#missed = 0;
    this.change({ connected: true, lostMs: null, needsToken: false, ...filled });
  }

  #stand(epoch: string, offset: number): void {
    [this.#epoch, this.#offset] = [epoch, offset];
  }

  #take(seq: number, { id, change, opportunity }: Event): void {
    this.#items.set(id, opportunity);
    this.#told = [{ seq, id, change }, ...this.#told].slice(0, toldMax);
    const { tsMs, region, from, to, event, step } = change;
    this.#marks.push({ tsMs, step, id, region, from, to, event });
    if (change.evidence.length > 0 && event.startsWith('signal.')) this.#reasons.set(id, change);
    this.#flashed.add(id);
  }

  /** Of before this page was there: changes of the day, and why each opportunity stands there. */
  async #recall(): Promise<void> {
    const date = this.#epoch.split('/')[1] ?? '';
    if (date === '') return;
    const answer = await api()
      .get<{ offset: number; recent: Told[]; marks: Mark[]; reasons: Record<string, Change> }>(`/v1/days/${date}/as-of`, {
        at: 4_102_444_800_000,
      })
      .catch(() => null);
    if (answer === null || !this.#epoch.includes(date)) return;
    const newer = this.#told.filter(({ seq }) => seq > answer.offset);
    this.#told = [...newer, ...answer.recent].slice(0, toldMax);
    this.#marks = [...answer.marks, ...this.#marks.filter(({ step }) => step > answer.offset)];
    for (const [id, change] of Object.entries(answer.reasons))
      if ((this.#reasons.get(id)?.step ?? 0) < change.step) this.#reasons.set(id, change);
    this.#changed();
  }

  #setStates(channel: StateChannel, states: Map<string, StateItem>, items: readonly StateItem[]): void {
    for (const each of items) states.set(`${each.actor}.${each.region}`, each);
    this.#states.set(channel, states);
    this.#changed();
  }

  #setStrategies(items: readonly StrategyItem[]): void {
    this.#strategies = items.slice(-toldMax);
    this.#changed();
  }

  #hearQuotes(values: readonly Omit<Quote, 'receivedMs'>[]): void {
    const receivedMs = Date.now();
    for (const value of values) this.#quotes.set(value.symbol, { ...value, receivedMs });
    this.change({ quotes: new Map(this.#quotes) });
  }

  #changed(): void {
    this.#paint.heard(performance.now());
    const of = (channel: StateChannel) => this.#states.get(channel) ?? new Map<string, StateItem>();
    this.change({
      loading: false,
      day: {
        epoch: this.#epoch,
        origin: this.#epoch.split('/')[2] ?? 'simulated',
        offset: this.#offset,
        items: new Map(this.#items),
        told: this.#told,
        marks: this.#marks,
        reasons: this.#reasons,
        states: { market: of('market'), risk: of('risk'), sources: of('sources'), sectors: of('sectors') },
        strategies: this.#strategies,
      },
    });
  }

  #commit(): void {
    this.#due = false;
    const [more, flashed] = [this.#more, this.#flashed];
    [this.#more, this.#flashed] = [{}, new Set()];
    useMarket.setState({ ...more, ...(flashed.size > 0 ? { flashed } : {}) });
    this.#paint.painted((paintP95) => useMarket.setState({ paintP95 }));
  }
}

let feed: Feed | null = null;
export function startFeed(): void {
  feed = new Feed();
  feed.client.start();
}
export const watchQuotes = (symbols: readonly string[]): void => feed?.quote(symbols);
/** @returns ends it */
export function watchMarket(): () => void {
  feed?.quoteAll();
  return () => feed?.quote([]);
}
