/** What the letters of the palette find, and the line that Enter acts on. */
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { api } from '../state/session.ts';
import type { Instrument } from '../state/shapes.ts';

const none: readonly Instrument[] = [];

/** Until the letters are answered: what the letters before them found, so that the list does not blink. */
export function useFound(query: string): {
  readonly found: readonly Instrument[];
  readonly isAnswered: boolean;
  readonly hasFailed: boolean;
} {
  const { data, isPlaceholderData, isFetching } = useQuery({
    queryKey: ['search', query],
    queryFn: async () => (await api().get<{ items: Instrument[] }>('/v1/symbols', { q: query, limit: 8 })).items,
    enabled: query !== '',
    placeholderData: (was) => (query === '' ? [] : was),
  });
  const isOwn = data !== undefined && !isPlaceholderData;
  return { found: data ?? none, isAnswered: query === '' || isOwn || !isFetching, hasFailed: query !== '' && !isOwn && !isFetching };
}

/**
 * The first line of each new answer, then where the arrows lead. Entered before the answer has come, the letters wait for it:
 * nobody is led to what other letters had found.
 */
export function useChosen(
  list: RefObject<HTMLElement | null>,
  query: string,
  first: string | undefined,
  { isAnswered, hasFailed }: { readonly isAnswered: boolean; readonly hasFailed: boolean },
) {
  const [chosen, setChosen] = useState('');
  const entered = useRef<string | null>(null);
  const moved = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (entered.current !== query) entered.current = null;
    if (query === '' || !isAnswered) return;
    if (first !== undefined) setChosen(first);
    // letters that nobody answered lead nowhere: what stands first then is whatever command has them in its name
    if (entered.current !== null && !hasFailed) list.current?.querySelector<HTMLElement>('[cmdk-item]')?.click();
  }, [list, query, isAnswered, hasFailed, first]);
  const onKey = (event: KeyboardEvent): void => {
    if (['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) moved.current = query;
    // who has moved to a line means that line
    if (event.key !== 'Enter' || isAnswered || moved.current === query || event.nativeEvent.isComposing) return;
    event.preventDefault();
    entered.current = query;
  };
  return { chosen, setChosen, onKey };
}
