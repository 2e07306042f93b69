/** One opportunity with its history, of the day at hand or as of the instant looked back at. */

import { useQuery } from '@tanstack/react-query';
import type { MachineSketch } from '../../../../contracts/machine-sketch.ts';
import { useLookBack, useShown } from './look-back.ts';
import { api } from './session.ts';
import type { Change, Opportunity } from './shapes.ts';

export type Whole = Opportunity & { readonly transitions: readonly Change[] };

export function useWhole(id: string) {
  const { date, at } = useLookBack();
  const { day } = useShown();
  const updatedMs = day.items.get(id)?.updatedMs ?? null;
  const own = /^\d{8}/.exec(id)?.[0] ?? null;
  const today = day.epoch.split('/')[1] ?? '';
  return useQuery({
    queryKey: ['whole', id, date, at, updatedMs, today],
    queryFn: async () => {
      // one of another day is shown as that day ended
      const path =
        date !== null
          ? `/v1/days/${date}/opportunities/${id}`
          : own !== null && own !== today
            ? `/v1/days/${own}/opportunities/${id}`
            : null;
      const answer =
        path === null
          ? await api().get<{ item: Whole }>(`/v1/opportunities/${id}`)
          : await api().get<{ item: Whole }>(path, { at: at ?? 4_102_444_800_000 });
      return answer.item;
    },
    enabled: today !== '' || date !== null,
    placeholderData: (was) => (was?.id === id ? was : undefined),
    gcTime: 5000,
    retry: false,
  });
}

export const useMachines = () =>
  useQuery({
    queryKey: ['machines'],
    queryFn: async () => (await api().get<{ items: MachineSketch[] }>('/v1/machines')).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
