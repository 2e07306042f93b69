/** The statechart, from the definition that runs: a spine of its life, the lane of what ends it, and the regions beside. */

import { useState } from 'react';
import type { MachineSketch } from '../../../../contracts/machine-sketch.ts';
import { midnightOf } from '../../../../contracts/session.ts';
import { Segments } from '../pieces/bits.tsx';
import { price, share, signed } from '../pieces/numbers.ts';
import { headOf, StateGlyph } from '../pieces/state.tsx';
import { span } from '../state/clock-math.ts';
import { useMachines } from '../state/detail.ts';
import { type Distance, distanceTo, exitsFrom, unforeseen } from '../state/exits.ts';
import { clockText } from '../state/look-back.ts';
import type { Change } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import type { Seen } from './detail.tsx';

/** The closing call begins: the session of every opportunity ends there. */
const closeMs = (14 * 60 + 57) * 60_000;

export function MachinePanel({ seen }: { readonly seen: Seen }) {
  const words = useWords();
  const { data: machines } = useMachines();
  const [shown, show] = useState<'chart' | 'table'>('chart');
  const machine = machines?.find(({ id }) => id === 'opportunity');
  return (
    <section className="pn" aria-label={words.detail.machine}>
      <div className="h2">
        <span>
          {words.detail.machine} <small>{words.detail.fromEngine}</small>
        </span>
        <Segments
          label={words.detail.machine}
          of={[
            ['chart', words.detail.diagram],
            ['table', words.detail.table],
          ]}
          chosen={shown}
          onChoose={show}
        />
      </div>
      {machine === undefined ? null : shown === 'chart' ? (
        <Chart seen={seen} machine={machine} />
      ) : (
        <EdgeTable seen={seen} machine={machine} />
      )}
    </section>
  );
}

type Visit = { readonly times: number; readonly stayedMs: number; readonly lastMs: number };
/** How often and how long it stood in each state of its life, up to now. */
export function visitsOf(transitions: readonly Change[], nowMs: number): ReadonlyMap<string, Visit> {
  const moves = transitions.filter(({ region, from, to }) => region === 'lifecycle' && from !== to);
  const visits = new Map<string, Visit>();
  for (const [i, { to, tsMs }] of moves.entries()) {
    const until = moves[i + 1]?.tsMs ?? nowMs;
    const was = visits.get(to) ?? { times: 0, stayedMs: 0, lastMs: tsMs };
    visits.set(to, { times: was.times + 1, stayedMs: was.stayedMs + Math.max(until - tsMs, 0), lastMs: tsMs });
  }
  return visits;
}

function Chart({ seen, machine }: { readonly seen: Seen; readonly machine: MachineSketch }) {
  const words = useWords();
  const { opportunity, nowMs } = seen;
  const visits = visitsOf(opportunity.transitions, nowMs);
  const inner = machine.states
    .filter(({ parent }) => parent === 'lifecycle.live.tracking')
    .map(({ path }) => path.slice('lifecycle.live.'.length));
  const node = (path: string) => (
    <Node
      key={path}
      path={path}
      visit={visits.get(path)}
      isActive={opportunity.path === path || (headOf(opportunity.path) === path && path !== 'tracking')}
    />
  );
  const edge = (from: string, to: string) => <Taken opportunity={opportunity} from={from} to={to} />;
  return (
    <div className="machine">
      <div className="spine">
        <div className="s12 t3">{words.detail.ongoing}</div>
        {node('discovered')}
        {edge('discovered', 'confirmed')}
        {node('confirmed')}
        {edge('confirmed', 'tracking')}
        <div className="inner">
          <div className="s12 t3 r">{words.state.tracking}</div>
          <div className="two">{inner.map(node)}</div>
        </div>
        <div className="two">
          {node('suspended')}
          {node('archived')}
        </div>
      </div>
      <Exits seen={seen} machine={machine} />
      {(['risk', 'data'] as const).map((region) => (
        <Region key={region} machine={machine} region={region} current={region === 'risk' ? opportunity.risk : opportunity.dataState} />
      ))}
    </div>
  );
}

function Node({ path, visit, isActive }: { readonly path: string; readonly visit: Visit | undefined; readonly isActive: boolean }) {
  const words = useWords();
  const head = headOf(path);
  const sub = path.split('.')[1];
  const name = sub === undefined ? word(words.state, head) : word(words.sub, sub);
  const stayed = visit === undefined ? '' : span(visit.stayedMs / 1000);
  const said =
    visit === undefined
      ? ''
      : isActive
        ? `${words.detail.since} ${stayed}`
        : `${words.detail.stayed} ${stayed}${visit.times > 1 ? ` ×${visit.times}` : ''}`;
  return (
    <button
      type="button"
      className={`node${isActive ? ' active' : visit === undefined ? '' : ' visited'}`}
      aria-current={isActive ? 'step' : undefined}
      title={visit === undefined ? '' : clockText(visit.lastMs)}
    >
      <span className="row g6">
        {sub === undefined && <StateGlyph state={head} />}
        <b>{name}</b>
      </span>
      {said !== '' && <span className="s12 t2">{said}</span>}
    </button>
  );
}

/** The newest taking of an edge with the value its guard saw. */
function Taken({ opportunity, from, to }: { readonly opportunity: Seen['opportunity']; readonly from: string; readonly to: string }) {
  const found = opportunity.transitions.findLast(
    (change) => change.region === 'lifecycle' && change.from?.split('.')[0] === from && headOf(change.to) === to,
  );
  return (
    <div className={found === undefined ? 'edge' : 'edge taken'}>
      <svg width="10" height="18" aria-hidden="true">
        <path d="M5 0v14M1 11l4 5 4-5" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
      <span className="s12">{found === undefined ? '' : clockText(found.tsMs)}</span>
    </div>
  );
}

/** What a price can do first, then the clocks. */
const order = ['TARGET', 'STOP', 'INVALID', 'LIMIT', 'UNCONFIRMED', 'TIMEOUT', 'DECAY', 'SESSION', 'DATA', 'RISK', 'MANUAL'];
function Exits({ seen, machine }: { readonly seen: Seen; readonly machine: MachineSketch }) {
  const words = useWords();
  const { opportunity, reading, lastMilli, nowMs, instrument } = seen;
  const limitMilli = opportunity.direction === 'up' ? (instrument?.limitUpMilli ?? null) : (instrument?.limitDownMilli ?? null);
  const where = { lastMilli, stopMilli: reading.stopMilli, limitMilli, nowMs, closeMs: midnightOf(opportunity.id.slice(0, 8)) + closeMs };
  const can = [...exitsFrom(machine, opportunity.path)].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const ended = opportunity.facts.endReason ?? null;
  const foreseen = can.filter((reason) => !unforeseen.includes(reason));
  const others = can.filter((reason) => unforeseen.includes(reason));
  return (
    <div className="lane">
      <div className="s12 t3">{words.detail.exits}</div>
      {ended !== null && !reading.isLive && (
        <div className="exit on">
          <span className="b">{word(words.end, ended)}</span>
          <span className="t3 s12">{opportunity.facts.endedMs == null ? '' : clockText(opportunity.facts.endedMs)}</span>
        </div>
      )}
      {reading.isLive &&
        foreseen.map((reason) => (
          <div key={reason} className="exit">
            <span>{word(words.end, reason)}</span>
            <Off distance={distanceTo(reason, opportunity, where)} />
          </div>
        ))}
      {reading.isLive && others.length > 0 && (
        <div className="s12 t3 others">{others.map((reason) => word(words.end, reason)).join('、')}</div>
      )}
    </div>
  );
}

function Off({ distance }: { readonly distance: Distance | null }) {
  if (distance === null) return <span className="t3">—</span>;
  if (distance.kind === 'time') return <b>{span(distance.leftSec)}</b>;
  if (distance.kind === 'ratio') return <b>{signed(distance.value)}</b>;
  return (
    <span className="r">
      <b>{share(distance.value, 2)}</b>
      <span className="t3 s12"> {price(distance.atMilli)}</span>
    </span>
  );
}

function Region({
  machine,
  region,
  current,
}: {
  readonly machine: MachineSketch;
  readonly region: 'risk' | 'data';
  readonly current: string;
}) {
  const words = useWords();
  const names: Readonly<Record<string, string>> = words[region];
  return (
    <div className="region">
      <span className="t3">{region === 'risk' ? words.machine.risk : words.dataPage.state}</span>
      {machine.states
        .filter(({ parent }) => parent === region)
        .map(({ path }) => path.slice(region.length + 1))
        .map((state) => (
          <span key={state} className={state === current ? 'on' : ''}>
            {word(names, state)}
          </span>
        ))}
    </div>
  );
}

/** The same for who cannot see a drawing, and for who wants every guard. */
function EdgeTable({ seen, machine }: { readonly seen: Seen; readonly machine: MachineSketch }) {
  const words = useWords();
  const last = (path: string): string => path.split('.').at(-1) ?? '';
  const rows = machine.edges.filter(({ from, to }) => to.length > 0 && from.startsWith('lifecycle'));
  return (
    <div className="scroll edges">
      <table className="et">
        <thead>
          <tr>
            <th>{words.dataPage.state}</th>
            <th>event</th>
            <th>guard</th>
            <th>→</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ from, event, asks, to }, i) => (
            <tr key={`${i}`} className={headOf(seen.opportunity.path) === last(from) ? 'on' : ''}>
              <td>{last(from)}</td>
              <td>{event}</td>
              <td className="el" title={asks}>
                {asks}
              </td>
              <td>{to.map(last).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
