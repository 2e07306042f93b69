/** 评估: what each strategy's probabilities were fitted on, and what became of its opportunities today. */
import { StatusBar } from '../frame/status-bar.tsx';
import { Unanswered } from '../pieces/bits.tsx';
import { missing, share } from '../pieces/numbers.ts';
import { type DayRecord, recordOf, verdictOf } from '../state/evaluation.ts';
import { useKeys } from '../state/keys.ts';
import { useShown } from '../state/look-back.ts';
import { setQuery, usePlace } from '../state/place.ts';
import { useStrategies } from '../state/queries.ts';
import type { DayView, Strategies } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import { Ends, Forecasts, Funnel } from './evaluation-panels.tsx';
import '../css/eval.css';

type Strategy = Strategies['rows'][number];

export default function Evaluation() {
  const words = useWords();
  const told = words.evaluation;
  const { day, isPast } = useShown();
  const { data, error } = useStrategies();
  const asked = usePlace((place) => place.query.strategy ?? null);
  const strategies = data?.rows ?? [];
  const current = strategies.find(({ id }) => id === asked) ?? null;
  const step = (by: number): void => {
    const ids = [null, ...strategies.map(({ id }) => id)];
    const at = ids.indexOf(current?.id ?? null);
    setQuery({ strategy: ids[Math.min(Math.max(at + by, 0), ids.length - 1)] ?? null });
  };
  useKeys({ ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1) });
  const record = recordOf(day.items.values(), current?.id ?? null);
  return (
    <div className="s-eval page-col">
      <div className="scroll grow">
        {data === undefined ? <Unanswered error={error} /> : <Table strategies={strategies} day={day} chosen={current?.id ?? null} />}
        <div className="ev3">
          <Funnel record={record} name={current === null ? told.all : nameOf(current, words)} />
          <Ends record={record} />
          <Forecasts strategy={current} />
        </div>
        <p className="note t3 s12">
          {told.note} {day.epoch !== '' && day.origin === 'simulated' ? told.simulatedNote : ''} {isPast ? told.pastNote : ''}
        </p>
        <p className="note t3 s12">{told.commands}</p>
      </div>
      <StatusBar keys={[[['j', 'k'], words.keys.move]]} />
    </div>
  );
}

const nameOf = ({ id, detector, variant }: Strategy, words: ReturnType<typeof useWords>): string =>
  `${word(words.strategy, id in words.strategy ? id : detector)} ${word(words.variant, variant)}`;

function Table({
  strategies,
  day,
  chosen,
}: {
  readonly strategies: readonly Strategy[];
  readonly day: DayView;
  readonly chosen: string | null;
}) {
  const words = useWords();
  const told = words.evaluation;
  return (
    <table className="evt">
      <thead>
        <tr>
          <th>{told.title}</th>
          <th className="w0">{told.mode}</th>
          <th className="w1">{told.event}</th>
          <th className="w1">{told.fitted}</th>
          <th className="w1" colSpan={2}>
            {told.auc}
          </th>
          <th className="w1">{told.verdict}</th>
          <th className="r">{told.openedToday}</th>
          <th className="r">{told.confirmed}</th>
          <th className="r">{told.target1}</th>
        </tr>
      </thead>
      <tbody>
        {strategies.map((each) => (
          <Row key={each.id} strategy={each} record={recordOf(day.items.values(), each.id)} isChosen={each.id === chosen} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ strategy, record, isChosen }: { readonly strategy: Strategy; readonly record: DayRecord; readonly isChosen: boolean }) {
  const words = useWords();
  const told = words.evaluation;
  // what advice and rank rest on, where there is one
  const first = strategy.forecasts.find(({ event }) => event === 'net-gain') ?? strategy.forecasts[0];
  const verdict = verdictOf(first);
  const { target1, judged, target1In } = record;
  return (
    <tr className={isChosen ? 'sel' : ''} aria-current={isChosen}>
      <td>
        <button type="button" className="pick" onClick={() => setQuery({ strategy: isChosen ? null : strategy.id })}>
          <b>{nameOf(strategy, words)}</b> <span className="t3 s12">{`${strategy.id} v${strategy.version}`}</span>
        </button>
      </td>
      <td className="w0">{word(words.mode, strategy.mode)}</td>
      <td className="w1 t2">{first === undefined ? missing : word(words.event, first.event)}</td>
      <td className="w1 t3 s12">{first === undefined ? missing : told.fittedOn(first.days, first.n, words.fitted[first.source])}</td>
      <td className="w1 t2 nw">{first?.auc95 == null ? missing : first.auc95.map((each) => each.toFixed(2)).join('–')}</td>
      <td className="w1">
        <Forest auc95={first?.auc95 ?? null} />
      </td>
      <td className={verdict === 'measured' ? 'w1' : 'w1 t3'}>{told.verdicts[verdict]}</td>
      <td className="r">{record.opened}</td>
      <td className="r">{record.confirmed}</td>
      <td className="r nw">
        {target1In === null ? missing : `${told.of(target1, judged)} `}
        {target1In !== null && <span className="t3 s12">{target1In.map((each) => share(each)).join('–')}</span>}
      </td>
    </tr>
  );
}

/** .4 to .9 with a line at chance; grey where the interval reaches it. */
function Forest({ auc95 }: { readonly auc95: readonly [number, number] | null }) {
  const x = (auc: number): number => ((Math.min(Math.max(auc, 0.4), 0.9) - 0.4) / 0.5) * 120;
  return (
    <svg width="120" height="14" viewBox="0 0 120 14" aria-hidden="true">
      <path d={`M${x(0.5)} 0v14`} stroke="var(--t3)" strokeDasharray="2 2" />
      {auc95 !== null && (
        <rect
          x={x(auc95[0])}
          y="5"
          width={Math.max(x(auc95[1]) - x(auc95[0]), 2)}
          height="4"
          fill={auc95[0] > 0.5 ? 'var(--life)' : 'var(--t3)'}
        />
      )}
    </svg>
  );
}
