/** Where the cockpit stands, in the address: page, filters and the instant that is looked back at. Back undoes each of them. */
import { create } from 'zustand';

export type Place = { readonly path: string; readonly query: Readonly<Record<string, string>> };
type Change = Readonly<Record<string, string | null>>;

const here = (): Place => ({ path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)) });
export const usePlace = create<Place>()(() => here());

addEventListener('popstate', () => usePlace.setState(here(), true));

export const addressOf = ({ path, query }: Place): string => {
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
};

/** What stays when the page changes: the instant that is looked back at. */
const kept = (query: Place['query']): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter(([name]) => name === 'day' || name === 't'));

function stand(place: Place, replace: boolean): void {
  history[replace ? 'replaceState' : 'pushState'](replace ? history.state : { ours: true }, '', addressOf(place));
  usePlace.setState(place, true);
}

/** Another page. `query` beside what is kept. */
export const goTo = (path: string, query: Readonly<Record<string, string>> = {}): void =>
  stand({ path, query: { ...kept(usePlace.getState().query), ...query } }, false);

/** The same page with other filters; null takes one away. `quietly`: Back does not undo it. */
export function setQuery(change: Change, quietly = false): void {
  const { path, query } = usePlace.getState();
  const next = { ...query };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  stand({ path, query: next }, quietly);
}

export const linkTo = (path: string): string => addressOf({ path, query: kept(usePlace.getState().query) });
