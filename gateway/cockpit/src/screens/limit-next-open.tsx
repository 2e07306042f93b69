/** 封住者的次日开盘: what the next open was of names sealed as these are, on recorded days, and how many of today's are where. */
import { Unanswered } from '../pieces/bits.tsx';
import { direction, missing, share } from '../pieces/numbers.ts';
import { useLookBack } from '../state/look-back.ts';
import { useInstruments, useNextOpens } from '../state/queries.ts';
import type { Ladder, NextOpens } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { isFinalAt, type ShownKind, sealedStrata } from './limit-rows.ts';

const halfBar = 30;
const bp = (value: number): string => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(0)}`;

export function NextOpen({ ladder }: { readonly ladder: Ladder | undefined }) {
  const words = useWords();
  const told = words.nextOpen;
  const { data, error } = useNextOpens();
  const instruments = useInstruments();
  const at = useLookBack((look) => look.at);
  const today = ladder === undefined ? null : sealedStrata(ladder.rows, (symbol) => instruments.get(symbol)?.riskWarning ?? false);
  const isFinal = ladder !== undefined && isFinalAt(at ?? ladder.asOf.tsMs);
  return (
    <section className="pn no" aria-label={told.title}>
      <div className="h2">
        <span>
          {told.title} <small>{data === undefined ? '' : told.what(data.all.days, data.all.n)}</small>
        </span>
        <small className="tag">{isFinal ? told.final : told.provisional}</small>
      </div>
      {data === undefined ? (
        <Unanswered error={error} />
      ) : (
        <>
          <div className="two">
            <Strata kind="first-seal" facts={data} today={today?.of['first-seal']} />
            <div>
              <Strata kind="seal-share" facts={data} today={today?.of['seal-share']} />
              {data.oneWord !== null && (
                <div className="row between one-price">
                  <span>{told.oneWord}</span>
                  <span className="t3">{told.notToBeHad(bp(data.oneWord.grossBp))}</span>
                  <span className="t2">{today?.oneWord ?? ''}</span>
                </div>
              )}
            </div>
          </div>
          <p className="note">{told.note(bp(data.all.netBp), data.all.net95.map(bp).join(', '), share(data.all.gained, 1))}</p>
          <p className="note">{told.boards(data.strata.boards.map((each) => (each === null ? missing : bp(each.netBp))).join(' / '))}</p>
        </>
      )}
    </section>
  );
}

function Strata({
  kind,
  facts,
  today,
}: {
  readonly kind: ShownKind;
  readonly facts: NextOpens;
  readonly today: readonly number[] | undefined;
}) {
  const told = useWords().nextOpen;
  const own = facts.strata[kind];
  const most = Math.max(...Object.values(facts.strata).flatMap((each) => each.map((one) => Math.abs(one?.netBp ?? 0))), 1);
  return (
    <table className="et2 strata">
      <thead>
        <tr>
          <th>{told.kind[kind]}</th>
          <td />
          <th className="r">{told.net}</th>
          <th className="r">{told.today}</th>
        </tr>
      </thead>
      <tbody>
        {own.map((one, i) => (
          <tr key={told.strata[kind][i]} title={one === null ? '' : told.more(one.n, one.net95.map(bp).join(', '), share(one.gained, 1))}>
            <td>{told.strata[kind][i]}</td>
            <td className="bx">{one !== null && <i className={tintOf(one)} style={barOf(one.netBp / most)} />}</td>
            <td className={`r ${one === null ? 't3' : tintOf(one)}`}>{one === null ? missing : bp(one.netBp)}</td>
            <td className="r t2">{today?.[i] ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A mean whose interval reaches 0 is neither a gain nor a loss. */
const tintOf = ({ netBp, net95: [lo, hi] }: NextOpens['all']): string => (lo <= 0 && hi >= 0 ? 't3' : direction(netBp));

/** From the middle outwards: gains to the right. */
const barOf = (part: number) => ({ width: Math.abs(part) * halfBar, [part < 0 ? 'right' : 'left']: '50%' });
