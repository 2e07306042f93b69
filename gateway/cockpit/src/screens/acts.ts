/** What can be done about an opportunity: at once, and taken back within five seconds where that is possible. */

import { FenshiProblem } from '../../../client/api.ts';
import { tell } from '../frame/toast.tsx';
import { useLookBack } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { mark, useMine } from '../state/mine.ts';
import { api } from '../state/session.ts';
import { useSettings } from '../state/settings.ts';
import type { Opportunity } from '../state/shapes.ts';
import { wordsOf } from '../words/index.ts';

const words = () => wordsOf(useSettings.getState().language);

export function ack({ id }: Pick<Opportunity, 'id'>): void {
  const before = useMine.getState().mine.marks[id]?.ackMs;
  mark(id, { ackMs: before === undefined ? Date.now() : undefined });
  tell(words().detail.acked, () => mark(id, { ackMs: before }));
}
export function pin({ id }: Pick<Opportunity, 'id'>): void {
  const before = useMine.getState().mine.marks[id]?.pinned;
  mark(id, { pinned: before === true ? undefined : true });
  tell(words().detail.pinned, () => mark(id, { pinned: before }));
}

/** Ends it by hand, for everybody: the engine answers by the step it caused. */
export async function dismiss({ id }: Pick<Opportunity, 'id'>): Promise<void> {
  await command({ name: 'dismiss', opportunity: id }, words().detail.dismissed);
}

/** A command with its answer told: carried out, refused with its code, or pending. */
export async function command(wanted: Readonly<Record<string, unknown>>, done: string): Promise<boolean> {
  const { detail, replayBar } = words();
  if (useLookBack.getState().at !== null) {
    tell(replayBar.noAct);
    return false;
  }
  tell(detail.pending);
  try {
    const { accepted, code, step } = (await api().command(wanted, crypto.randomUUID())) as {
      accepted: boolean;
      code: string | null;
      step: number;
    };
    tell(accepted ? `${done} · ${words().step} ${step}` : detail.refused(code ?? ''));
    return accepted;
  } catch (error) {
    const code = error instanceof FenshiProblem ? error.code : String(error);
    tell(
      code === 'UNAUTHORIZED' || code === 'FORBIDDEN'
        ? detail.noCommand
        : code === 'CONTROL_PENDING'
          ? detail.pending
          : detail.refused(code),
    );
    return false;
  }
}

export const copyLink = async (): Promise<void> => {
  await navigator.clipboard?.writeText(location.href);
};

export const opportunityKeys = (opportunity: Opportunity) => ({
  a: () => ack(opportunity),
  p: () => pin(opportunity),
  x: () => void dismiss(opportunity),
  c: () => void copyLink().then(() => tell(words().copied)),
});

/** Whether acting is possible now at all. */
export const canAct = (): boolean => useLookBack.getState().at === null && useMarket.getState().connected;
