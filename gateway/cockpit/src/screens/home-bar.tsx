/** Tabs with their counts, what waits, filters, sorting, export and link. */
import { topMax, topOf, topOfSectorMax } from '../../../../contracts/shown.ts';
import { Icon } from '../frame/icons.tsx';
import { setQuery } from '../state/place.ts';
import { type Filters, inTab, type Sort, sorts, tabs, usualSort } from '../state/reading.ts';
import { useSettings } from '../state/settings.ts';
import type { DayView } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import { copyLink } from './acts.ts';

export function HomeBar({
  day,
  filters,
  sectorOf,
  waiting,
  onApply,
  onCsv,
}: {
  readonly day: DayView;
  readonly filters: Filters;
  readonly sectorOf: (instrument: string) => string | null;
  readonly waiting: number;
  readonly onApply: () => void;
  readonly onCsv: () => void;
}) {
  const words = useWords();
  const { dense, set } = useSettings();
  const items = [...day.items.values()];
  const strategies = [...new Set(items.flatMap((each) => each.strategies))].sort();
  const name = { ...words.state, active: words.active, top: words.top, all: words.all } as Readonly<Record<string, string>>;
  return (
    <div className="bar">
      <div className="tabs" role="tablist" aria-label={words.columns.state}>
        {tabs.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            aria-selected={tab === filters.tab}
            title={tab === 'top' ? words.topWhy(topMax, topOfSectorMax) : undefined}
            onClick={() => setQuery({ state: tab === 'active' ? null : tab })}
          >
            {name[tab]}
            <b>{(tab === 'top' ? topOf(items, sectorOf) : items.filter((each) => inTab(tab, each))).length}</b>
          </button>
        ))}
      </div>
      {waiting > 0 && (
        <button type="button" className="pill" onClick={onApply}>
          ↑ {words.news(waiting)}
        </button>
      )}
      <span className="grow" />
      <Choice
        id="filter"
        label={words.strategyFilter}
        value={filters.strategy ?? ''}
        onChange={(value) => setQuery({ det: value === '' ? null : value })}
      >
        <option value="">{words.all}</option>
        {strategies.map((id) => (
          <option key={id} value={id}>
            {word(words.strategy, id)} {id}
          </option>
        ))}
      </Choice>
      <Choice
        label={words.sort}
        value={filters.sort}
        onChange={(value) => setQuery({ sort: value === usualSort(filters.tab) ? null : value })}
      >
        {sorts.map((sort: Sort) => (
          <option key={sort} value={sort}>
            {words.sorts[sort]}
          </option>
        ))}
      </Choice>
      <button type="button" className="ib" aria-label={words.density} title={words.density} onClick={() => set({ dense: !dense })}>
        <Icon name="rows" />
      </button>
      <button type="button" className="ib" aria-label={words.exportCsv} title={words.exportCsv} onClick={onCsv}>
        <Icon name="download" />
      </button>
      <button type="button" className="ib" aria-label={words.copyLink} title={words.copyLink} onClick={() => void copyLink()}>
        <Icon name="link" />
      </button>
    </div>
  );
}

function Choice({
  id,
  label,
  value,
  onChange,
  children,
}: {
  readonly id?: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: React.ReactNode;
}) {
  return (
    <label className="ctl">
      <span>{label}</span>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </label>
  );
}
