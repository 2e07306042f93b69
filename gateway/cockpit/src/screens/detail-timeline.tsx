/** Its changes, newest first: as a line of time, in short, or as the journal has them. */
import { useState } from 'react';
import { Segments } from '../pieces/bits.tsx';

import { headOf, StateGlyph } from '../pieces/state.tsx';
import type { Whole } from '../state/detail.ts';
import { clockText } from '../state/look-back.ts';
import { useWords } from '../words/index.ts';
import { ChangeReason, ChangeWord } from './home-stream.tsx';

export function Timeline({ opportunity }: { readonly opportunity: Whole }) {
  const words = useWords();
  const [shown, show] = useState<'line' | 'short' | 'json'>('line');
  const changes = [...opportunity.transitions].reverse();
  return (
    <section className="pn" aria-label={words.detail.timeline}>
      <div className="h2">
        <span>
          {words.detail.timeline} <small>{words.detail.changes(changes.length)}</small>
        </span>
        <Segments
          label={words.detail.timeline}
          of={[
            ['line', words.detail.timeline],
            ['short', words.detail.compact],
            ['json', 'JSON'],
          ]}
          chosen={shown}
          onChoose={show}
        />
      </div>
      {shown === 'json' ? (
        <pre className="json">{JSON.stringify(opportunity.transitions, null, 1)}</pre>
      ) : (
        <ol className="tlx">
          {changes.map((change) => (
            <li key={`${change.step}.${change.actorSeq}`}>
              <time>{clockText(change.tsMs)}</time>
              <StateGlyph state={change.region === 'lifecycle' ? headOf(change.to) : 'archived'} />
              <div className="grow">
                <ChangeWord change={change} endReason={opportunity.facts.endReason} bare />
                {shown === 'line' && (
                  <div className="w">
                    <ChangeReason change={change} />
                  </div>
                )}
              </div>
              <span className="lt">
                {words.step} {change.step}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
