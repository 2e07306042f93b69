/** The rows of the list: those that are seen are drawn, and only of those are prices and lines asked for. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useState } from 'react';
import { useKeys } from '../state/keys.ts';
import { useMarket, watchQuotes } from '../state/market.ts';
import { goTo } from '../state/place.ts';
import { useInstruments, useSparks } from '../state/queries.ts';
import type { Opportunity } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { opportunityKeys } from './acts.ts';
import { OpportunityRow } from './home-row.tsx';

const rowPx = 46;
const headPx = 26;
/** What is asked for changes with each so many rows scrolled by. */
const chunk = 40;
const columns = 8;

type Parts = {
  readonly scroll: HTMLDivElement | null;
  readonly shown: readonly Opportunity[];
  readonly ended: readonly Opportunity[];
  readonly isPast: boolean;
  readonly onApply: () => void;
};

export function OpportunityTable({ scroll, shown, ended, isPast, onApply }: Parts) {
  const words = useWords();
  /** null: the line that stands above what has ended. */
  const lines = useMemo<readonly (Opportunity | null)[]>(() => (ended.length === 0 ? shown : [...shown, null, ...ended]), [shown, ended]);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll,
    estimateSize: () => rowPx,
    getItemKey: (at) => lines[at]?.id ?? 'ended',
    overscan: 8,
    // the head of the table scrolls with it
    scrollPaddingEnd: headPx,
  });
  const [selected, select] = useState<string | null>(null);
  useListKeys(lines, selected, select, (at) => rows.scrollToIndex(at), onApply);

  const seen = rows.getVirtualItems();
  const [from, to] = [seen[0]?.index ?? 0, (seen.at(-1)?.index ?? -1) + 1];
  const near = lines.slice(Math.floor(from / chunk) * chunk, Math.ceil(to / chunk) * chunk);
  const symbols = [...new Set(near.flatMap((each) => (each?.entity.kind === 'symbol' ? [each.instrument] : [])))].sort();
  useQuotesOf(symbols, isPast);
  const sparks = useSparks(symbols);
  const instruments = useInstruments();
  const flashed = useMarket((market) => market.flashed);
  const above = seen[0]?.start ?? 0;
  const below = rows.getTotalSize() - (seen.at(-1)?.end ?? 0);
  return (
    <table className="opps" aria-rowcount={lines.length + 1}>
      <Head shown={shown} />
      <tbody>
        <Gap px={above} />
        {seen.map(({ index }) => {
          const opportunity = lines[index];
          if (opportunity === undefined) return null;
          if (opportunity === null)
            return (
              <tr key="ended" className="grp" ref={rows.measureElement} data-index={index} aria-rowindex={index + 2}>
                <td colSpan={columns}>{words.recentlyEnded(ended.length)}</td>
              </tr>
            );
          return (
            <OpportunityRow
              key={opportunity.id}
              at={index}
              measure={rows.measureElement}
              opportunity={opportunity}
              instrument={instruments.get(opportunity.instrument)}
              closes={sparks.get(opportunity.instrument) ?? none}
              isSelected={opportunity.id === selected}
              isNew={flashed.has(opportunity.id)}
              onSelect={select}
            />
          );
        })}
        <Gap px={below} />
      </tbody>
    </table>
  );
}
const none: readonly never[] = [];

/** The place of the rows that are not drawn. */
const Gap = ({ px }: { readonly px: number }) =>
  px > 0 ? (
    <tr className="gap">
      <td colSpan={columns} style={{ height: px }} />
    </tr>
  ) : null;

function Head({ shown }: { readonly shown: readonly Opportunity[] }) {
  const words = useWords();
  const fitted = shown.find(({ facts }) => facts.forecasts?.[0] !== undefined)?.facts.forecasts?.[0];
  return (
    <>
      <colgroup>
        {['142px', '124px', '84px', '108px', '', '100px', '172px', '86px'].map((width, i) => (
          <col key={`${i}`} style={width === '' ? {} : { width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          <th>{words.columns.state}</th>
          <th>{words.columns.name}</th>
          <th className="r">{words.columns.price}</th>
          <th>{words.columns.spark}</th>
          <th>{words.columns.why}</th>
          <th className="r">
            {words.columns.p}
            {fitted !== undefined && <span className="t3"> {words.fitted[fitted.source]}</span>}
          </th>
          <th>{words.columns.plan}</th>
          <th className="r">{words.columns.timer}</th>
        </tr>
      </thead>
    </>
  );
}

function useQuotesOf(symbols: readonly string[], isPast: boolean): void {
  const key = isPast ? '' : symbols.join(',');
  useEffect(() => watchQuotes(key === '' ? [] : key.split(',')), [key]);
}

function useListKeys(
  lines: readonly (Opportunity | null)[],
  selected: string | null,
  select: (id: string) => void,
  scrollTo: (at: number) => void,
  apply: () => void,
): void {
  const places = lines.flatMap((line, at) => (line === null ? [] : [at]));
  const here = places.findIndex((at) => lines[at]!.id === selected);
  const step = (by: number): void => {
    const at = places[Math.min(Math.max(here + by, 0), places.length - 1)];
    if (at === undefined) return;
    select(lines[at]!.id);
    scrollTo(at);
  };
  const chosen = here < 0 ? undefined : lines[places[here]!]!;
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => chosen !== undefined && goTo(`/o/${chosen.id}`),
    '[': apply,
    ...(chosen === undefined ? {} : opportunityKeys(chosen)),
  });
}
