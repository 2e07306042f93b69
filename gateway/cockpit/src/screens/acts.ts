/** What can be done about an opportunity: at once, and taken back within five seconds where that is possible. */

import type { Brief } from '../../../../contracts/brief.ts';
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

const undoMs = 5000;
/** Ends it by hand, for everybody, after five seconds in which it can be taken back. */
export function dismiss({ id }: Pick<Opportunity, 'id'>): void {
  if (useLookBack.getState().at !== null) return tell(words().replayBar.noAct);
  const timer = setTimeout(() => void command({ name: 'dismiss', opportunity: id }, words().detail.dismissed), undoMs);
  tell(words().detail.dismissed, () => clearTimeout(timer));
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
    const { accepted, code, step } = (await api().command(wanted, freshKey())) as {
      accepted: boolean;
      code: string | null;
      step: number;
    };
    tell(accepted ? `${done} · ${words().step} ${step}` : detail.refused(code ?? ''));
    return accepted;
  } catch (error) {
    tell(outcomeOf(error));
    return false;
  }
}

/** Says so only where it was copied: not every page may, and what could not be is shown. */
async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(done);
  } catch {
    tell(text);
  }
}
export const copyLink = (): Promise<void> => copy(location.href, words().copied);

/** What it says of itself in words, as it is now or was at the instant looked back to. */
export async function copyBrief({ id }: Pick<Opportunity, 'id'>): Promise<void> {
  const { at, date } = useLookBack.getState();
  const path = at === null ? `/v1/opportunities/${id}/brief` : `/v1/days/${date}/opportunities/${id}/brief`;
  try {
    const { item } = await api().get<{ item: Brief }>(path, at === null ? {} : { at });
    await copy(item.text[useSettings.getState().language], words().briefCopied);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
}

/** Also where the page is no secure context. */
export const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** What an error of a command says: refused where that is certain; else it may have been carried out, and waits to be seen. */
export function outcomeOf(error: unknown): string {
  const { detail } = words();
  if (!(error instanceof FenshiProblem)) return detail.pending;
  if (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN') return detail.noCommand;
  return error.status >= 400 && error.status < 500 ? detail.refused(error.code) : detail.pending;
}

export const opportunityKeys = (opportunity: Opportunity) => ({
  a: () => ack(opportunity),
  p: () => pin(opportunity),
  x: () => dismiss(opportunity),
  c: () => void copyLink(),
  'Shift+C': () => void copyBrief(opportunity),
});

/** Whether acting is possible now at all. */
export const canAct = (): boolean => useLookBack.getState().at === null && useMarket.getState().connected;
