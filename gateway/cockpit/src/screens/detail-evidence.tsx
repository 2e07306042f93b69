/** Evidence by change: value, what was asked, by how much it held, and its share of the score. */
import { useState } from 'react';
import { amountOf } from '../../../../contracts/evidence-words.ts';
import { Segments } from '../pieces/bits.tsx';
import { MarginBar, marginOf, nameOf, sign, unitOf } from '../pieces/evidence.tsx';
import { percent } from '../pieces/numbers.ts';
import type { Whole } from '../state/detail.ts';
import { clockText } from '../state/look-back.ts';
import { useSettings } from '../state/settings.ts';
import type { Evidence } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';

export function DetailEvidence({ opportunity }: { readonly opportunity: Whole }) {
  const words = useWords();
  const told = opportunity.transitions.filter(({ evidence }) => evidence.length > 0).slice(-4);
  const [chosen, choose] = useState<string | null>(null);
  const current = told.find(({ step }) => String(step) === chosen) ?? told[0];
  return (
    <section className="pn" aria-label={words.detail.evidence}>
      <div className="h2">
        <span>{words.detail.evidence}</span>
        <Segments
          label={words.detail.evidence}
          of={told.map(
            (change) =>
              [
                String(change.step),
                `${change.note === null ? word(words.state, change.to.split('.')[0]!) : word(words.note, change.note)} ${clockText(change.tsMs)}`,
              ] as const,
          )}
          chosen={String(current?.step ?? '')}
          onChoose={choose}
        />
      </div>
      {current === undefined ? <p className="t3">{words.empty.nothing}</p> : <EvidenceTable evidence={current.evidence} />}
    </section>
  );
}

export function EvidenceTable({ evidence }: { readonly evidence: readonly Evidence[] }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const total = evidence.reduce((sum, { contrib }) => sum + contrib, 0);
  return (
    <table className="et">
      <thead>
        <tr>
          <th style={{ width: 22 }} />
          <th>{words.detail.condition}</th>
          <th className="r">{words.detail.value}</th>
          <th>{words.detail.threshold}</th>
          <th style={{ width: 100 }}>{words.detail.margin}</th>
          <th className="r" />
          <th className="r">{words.detail.contribution}</th>
        </tr>
      </thead>
      <tbody>
        {evidence.map((line) => {
          const margin = marginOf(line);
          return (
            <tr key={line.feature + line.op}>
              <td className="life">{margin === null ? '·' : margin >= 0 ? '✓' : <span className="warn">✗</span>}</td>
              <td className="el">{nameOf(line.feature, language)}</td>
              <td className="r m">{amountOf(line.value, unitOf(line.feature), language)}</td>
              <td className="t3">
                {line.op === 'info' || line.threshold === null
                  ? words.detail.info
                  : `${sign(line.op)} ${amountOf(line.threshold, unitOf(line.feature), language)}`}
              </td>
              <td>{margin === null ? null : <MarginBar margin={margin} />}</td>
              <td className="r">{margin === null || line.threshold === 0 ? '' : percent(margin, 0)}</td>
              <td className="r">{line.contrib !== 0 ? line.contrib.toFixed(3) : line.op === 'info' ? '' : words.detail.required}</td>
            </tr>
          );
        })}
        {total > 0 && (
          <tr className="tot">
            <td />
            <td>{words.detail.score}</td>
            <td />
            <td />
            <td />
            <td />
            <td className="r b">{total.toFixed(3)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
