/** VIEW from the broker: shown and never kept. What cannot be read is passed over and said once; thrown there it would cost the connection. */
import type { NatsConnection } from 'nats';
import { hear } from '../contracts/process/hear.ts';
import { subjects } from '../contracts/subjects.ts';
import { GainsView, OpportunitiesView, SymbolsView } from '../contracts/view.ts';
import type { Values } from './ws/values.ts';

export function followView(nc: Pick<NatsConnection, 'subscribe'>, run: string, values: Values, onFault: (error: unknown) => void): void {
  const of = (what: 'symbols' | 'opportunities' | 'gains') => ({ nc, subject: subjects(run).view(what), onUnreadable: onFault });
  hear(of('symbols'), SymbolsView, (view) => values.symbols(view));
  hear(of('opportunities'), OpportunitiesView, (view) => values.live(view));
  hear(of('gains'), GainsView, (view) => values.gains(view));
}
