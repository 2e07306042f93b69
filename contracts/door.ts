/** What only the door tells those who look: changes as marks on a line of time, and who is connected to it. */
import { z } from 'zod';

/** One visible change, as a mark on a line of time. */
export const Mark = z.object({
  tsMs: z.number(),
  step: z.int(),
  id: z.string(),
  region: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  event: z.string(),
});
export type Mark = Readonly<z.infer<typeof Mark>>;

/** A connection as people see it; bytes and frames that wait for it are its own delay. */
export const Consumer = z.object({
  id: z.string(),
  protocol: z.string(),
  channels: z.array(z.string()).readonly(),
  sinceSec: z.number(),
  sentBytes: z.number(),
  waitingBytes: z.number(),
  waitingFrames: z.int(),
});
export type Consumer = Readonly<z.infer<typeof Consumer>>;

/** Addresses of the cockpit's pages. */
export const pagePaths = [
  '/',
  '/quotes',
  '/heat',
  '/limit',
  '/eval',
  '/risk',
  '/data',
  '/watch',
  '/notify',
  '/o/{id}',
  '/s/{symbol}',
] as const;
export const pathOfOpportunity = (id: string): string => `/o/${id}`;
