/** 风控与策略: what is raised, by whom, since when; the brake; which strategies run, with what; what was changed today. */
import { useState } from 'react';
import { StatusBar } from '../frame/status-bar.tsx';
import { HoldButton } from '../pieces/bits.tsx';
import { missing } from '../pieces/numbers.ts';
import { useKeys } from '../state/keys.ts';
import { clockText, useShown } from '../state/look-back.ts';
import { useInstruments, useSectorNames, useStrategies } from '../state/queries.ts';
import type { DayView, StateItem, Strategies } from '../state/shapes.ts';
import { useWords, type Words, word } from '../words/index.ts';
import { command } from './acts.ts';
import { History, ModelTable } from './models.tsx';
import { ParamsForm } from './params-form.tsx';
import '../css/risk.css';

export type Strategy = Strategies['rows'][number];
const levels = ['normal', 'caution', 'restricted', 'frozen'];

export default function Risk() {
  const words = useWords();
  const { day, isPast } = useShown();
  const { data } = useStrategies();
  const [chosen, choose] = useState<string | null>(null);
  const strategies = data?.rows ?? [];
  const current = strategies.find(({ id }) => id === chosen) ?? strategies[0];
  return (
    <div className="s-risk page-col">
      <div className="rk">
        <div className="scroll">
          <Brake day={day} isPast={isPast} />
          <Scopes day={day} />
          <Ends day={day} />
        </div>
        <div className="scroll">
          <StrategyTable strategies={strategies} day={day} chosen={current?.id ?? ''} onChoose={choose} isPast={isPast} />
          {current !== undefined && <ParamsForm key={current.id + current.paramHash} strategy={current} isPast={isPast} />}
          {current !== undefined && <ModelTable strategy={current} isPast={isPast} />}
          <History strategies={day.strategies} />
        </div>
      </div>
      <StatusBar keys={[[['Shift', 'B'], words.brake]]} />
    </div>
  );
}

function Brake({ day, isPast }: { readonly day: DayView; readonly isPast: boolean }) {
  const words = useWords();
  const state = day.states.risk.get('risk.market.state');
  const isFrozen = state?.state === 'frozen';
  // what a watch has frozen is not the operator's to let go
  const isOn = isFrozen && state.note?.startsWith('operator') === true;
  const isKnown = day.offset > 0;
  const toggle = (): void =>
    void command({ name: 'risk', scope: 'market', level: isOn ? 0 : 3, policy: 'hold' }, `${words.brake} ${isOn ? words.off : words.on}`);
  useKeys({ 'Shift+B': () => document.getElementById('brake')?.focus() });
  return (
    <div className="brk">
      <span className={isOn ? 'sw on' : 'sw'} aria-hidden="true" />
      <div className="grow">
        <div>
          <b className="b">{words.brake}</b>{' '}
          <span className={isFrozen ? 'warn' : 't3'}>
            {!isKnown ? missing : isFrozen ? `${words.on} ${sayCause(state.note, words)}` : words.off}
          </span>
        </div>
        <div className="t3 s12">{isFrozen ? words.riskPage.brakeOn : isKnown ? words.riskPage.brakeOff : words.empty.loading}</div>
      </div>
      <HoldButton id="brake" onHeld={toggle} disabled={isPast || !isKnown}>
        {words.riskPage.hold} · {isOn ? words.off : words.on}
      </HoldButton>
    </div>
  );
}

function Scopes({ day }: { readonly day: DayView }) {
  const words = useWords();
  const all = [...day.states.risk.values()].sort((a, b) => levels.indexOf(b.state) - levels.indexOf(a.state) || b.sinceMs - a.sinceMs);
  return (
    <section aria-label={words.riskPage.scopes}>
      <table className="rt">
        <thead>
          <tr>
            <th>{words.riskPage.scope}</th>
            <th>{words.riskPage.level}</th>
            <th>{words.riskPage.by}</th>
            <th>{words.riskPage.since}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((each) => (
            <ScopeRow key={each.actor} item={each} />
          ))}
        </tbody>
      </table>
      {all.length === 0 && day.offset > 0 && <p className="t3 s12 pn">{words.riskPage.none}</p>}
    </section>
  );
}

const tags: Readonly<Record<string, string>> = { caution: 'tag w1', restricted: 'tag w2', frozen: 'tag w3' };
function ScopeRow({ item: { actor, state, sinceMs, note } }: { readonly item: StateItem }) {
  const words = useWords();
  const scopeName = useScopeName(actor.slice('risk.'.length));
  return (
    <tr>
      <td>{scopeName}</td>
      <td>
        <span className={tags[state] ?? 't2'}>{word(words.risk, state)}</span>
      </td>
      <td className="el">{sayCause(note, words)}</td>
      <td className="t3">{clockText(sinceMs)}</td>
    </tr>
  );
}

/** `operator 3`, `K2 2`: who asks for which level. */
function sayCause(note: string | null, words: Words): string {
  const [by = '', level = ''] = (note ?? '').split(' ');
  return note === null ? '' : `${word(words.riskPage.causes, by)} ${level}`;
}

/** A scope by the name of what it is of. */
function useScopeName(scope: string): string {
  const words = useWords();
  const [instruments, sectors] = [useInstruments(), useSectorNames()];
  const [kind, first = '', second = ''] = scope.split('.');
  if (kind === 'market') return words.riskPage.wholeMarket;
  if (kind === 'strategy') return word(words.strategy, first);
  if (kind === 'sector') return sectors.get(first) ?? scope;
  return kind === 'symbol' ? (instruments.get(`${second}.${first}`)?.name ?? scope) : word(words.riskPage.causes, scope);
}

function Ends({ day }: { readonly day: DayView }) {
  const words = useWords();
  const counts = new Map<string, number>();
  for (const { facts } of day.items.values())
    if (facts.endReason != null) counts.set(facts.endReason, (counts.get(facts.endReason) ?? 0) + 1);
  const all = [...counts].sort(([, a], [, b]) => b - a);
  const most = Math.max(...all.map(([, count]) => count), 1);
  return (
    <section className="pn" aria-label={words.riskPage.exits}>
      <div className="h2">
        <span>{words.riskPage.exits}</span>
      </div>
      <ul className="ex2">
        {all.map(([reason, count]) => (
          <li key={reason}>
            <span className="t2">{word(words.end, reason)}</span>
            <span className="bx">
              <i style={{ width: `${(100 * count) / most}%` }} />
            </span>
            <b>{count}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

type TableProps = {
  readonly strategies: readonly Strategy[];
  readonly day: DayView;
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly isPast: boolean;
};

function StrategyTable({ strategies, day, chosen, onChoose, isPast }: TableProps) {
  const words = useWords();
  const items = [...day.items.values()];
  const faulty = new Set(day.strategies.flatMap((each) => (each.kind === 'fault' ? [each.strategy] : [])));
  return (
    <section aria-label={words.riskPage.strategies}>
      <div className="pn">
        <div className="h2">
          <span>
            {words.riskPage.strategies} <small>{strategies.length}</small>
          </span>
        </div>
      </div>
      <table className="sg">
        <thead>
          <tr>
            <th style={{ width: 190 }}>{words.riskPage.strategies}</th>
            <th>{words.riskPage.mode}</th>
            <th className="r">{words.discoveredToday}</th>
            <th className="r">{words.state.confirmed}</th>
            <th>{words.riskPage.edge}</th>
            <th className="r" style={{ width: 140 }} />
          </tr>
        </thead>
        <tbody>
          {strategies.map((each) => {
            const own = items.filter(({ strategies: all }) => all.includes(each.id));
            return (
              <tr key={each.id} className={each.id === chosen ? 'sel' : ''}>
                <td>
                  <button type="button" onClick={() => onChoose(each.id)}>
                    {word(words.strategy, each.id)} <span className="t3">{`${word(words.variant, each.variant)} v${each.version}`}</span>
                  </button>
                </td>
                <td>
                  <span className={each.mode === 'active' && !each.isDisabled ? '' : 'tag life'}>
                    {each.isDisabled ? words.mode.off : word(words.mode, each.mode)}
                  </span>
                  {faulty.has(each.id) && <span className="tag w2">!</span>}
                </td>
                <td className="r">{own.length}</td>
                <td className="r">{own.filter(({ facts }) => facts.confirmedMs != null).length}</td>
                <td>
                  <Edge strategy={each} />
                </td>
                <td className="r">
                  <HoldButton
                    className="ctl"
                    disabled={isPast}
                    onHeld={() => void command({ name: 'disable', detector: each.id }, words.riskPage.disable)}
                  >
                    {words.riskPage.disable}
                  </HoldButton>
                  <button
                    type="button"
                    className="ctl"
                    disabled={isPast}
                    onClick={() => void command({ name: 'enable', detector: each.id }, words.riskPage.enable)}
                  >
                    {words.riskPage.enable}
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** By how much its forecast of what it is about tells better than chance; nothing where that was never measured. */
function Edge({ strategy }: { readonly strategy: Strategy }) {
  const words = useWords();
  const [first] = strategy.forecasts;
  if (first === undefined || first.auc95 === null) return <span className="t3 s12">{words.noEdge}</span>;
  const speaks = first.auc95[0] > 0.5;
  return (
    <span className={speaks ? 's12' : 't3 s12'} title={`${words.eventLong[first.event]} · ${words.fitted[first.source]} n=${first.n}`}>
      {words.event[first.event]} AUC {first.auc95[0].toFixed(2)}–{first.auc95[1].toFixed(2)}
    </span>
  );
}
