/** 为什么没有: of every strategy that is silent on a stock, what it lacks most, and the gates that are shut. Only of now: the past keeps no features. */
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { amountOf } from '../../../../contracts/evidence-words.ts';
import type { whyService } from '../../../../contracts/services.ts';
import { Unanswered } from '../pieces/bits.tsx';
import { MarginBar, marginOf, nameOf, sign, unitOf } from '../pieces/evidence.tsx';
import { percent } from '../pieces/numbers.ts';
import { useLookBack } from '../state/look-back.ts';
import { api } from '../state/session.ts';
import { useSettings } from '../state/settings.ts';
import type { Evidence } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';

type Why = Omit<z.infer<typeof whyService.answer>, 'ok'>;

/** The condition that is farthest from holding; one that is unknown before all; null where all hold or none are told. */
export function lackOf(asks: readonly Evidence[]): Evidence | null {
  const failing = asks.flatMap((line) => {
    const margin = marginOf(line);
    return margin === null ? [{ line, margin: Number.NEGATIVE_INFINITY }] : margin < 0 ? [{ line, margin }] : [];
  });
  return failing.sort((a, b) => a.margin - b.margin)[0]?.line ?? null;
}

export function WhyNot({ symbol }: { readonly symbol: string }) {
  const words = useWords();
  const isPast = useLookBack((look) => look.at !== null);
  const { data, error } = useQuery({
    queryKey: ['why', symbol],
    queryFn: () => api().get<Why>(`/v1/symbols/${symbol}/why`),
    enabled: !isPast,
    refetchInterval: 3000,
    retry: false,
  });
  return (
    <section className="pn" aria-label={words.detail.whyNot}>
      <div className="h2">
        <span>
          {words.detail.whyNot} <small>{isPast ? '' : words.why.now}</small>
        </span>
      </div>
      {isPast ? (
        <p className="note">{words.why.notThen}</p>
      ) : data === undefined || error !== null ? (
        <Unanswered error={error} rows={2} />
      ) : (
        <Told why={data} />
      )}
    </section>
  );
}

function Told({ why: { strategies, shutGates } }: { readonly why: Why }) {
  const words = useWords();
  return (
    <>
      <table className="wn">
        <tbody>
          {strategies
            .filter(({ opportunity }) => opportunity === null)
            .map((each) => (
              <WhyRow key={each.strategy} each={each} />
            ))}
        </tbody>
      </table>
      {shutGates.length > 0 && (
        <p className="note">
          {words.why.gates} {shutGates.map((id) => word(words.why.gate, id)).join('、')}
        </p>
      )}
    </>
  );
}

function WhyRow({ each: { strategy, variant, asks, isDisabled, isRunning } }: { readonly each: Why['strategies'][number] }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const lack = lackOf(asks);
  const margin = lack === null ? null : marginOf(lack);
  const said = isDisabled ? words.riskPage.disable : isRunning ? words.why.running : asks.length === 0 ? words.why.untold : words.why.holds;
  return (
    <tr>
      <td>
        {word(words.strategy, strategy)} <span className="t3">{word(words.variant, variant)}</span>
      </td>
      <td className="el">
        {lack === null ? (
          <span className="t3">{said}</span>
        ) : (
          <>
            {nameOf(lack.feature, language)} <b className="m">{amountOf(lack.value, unitOf(lack.feature), language)}</b>{' '}
            <span className="t3">
              {sign(lack.op)}
              {amountOf(lack.threshold, unitOf(lack.feature), language)}
            </span>
          </>
        )}
      </td>
      <td style={{ width: 92 }}>{margin !== null && <MarginBar margin={margin} />}</td>
      <td className="r warn" style={{ width: 60 }}>
        {margin !== null && lack?.threshold !== 0 ? percent(margin, 0) : ''}
      </td>
    </tr>
  );
}
