/** VIEW from the broker: shown and never kept. What cannot be read is passed over and said once; thrown there it would cost the connection. */
import type { NatsConnection } from 'nats';
import type { z } from 'zod';
import { decode } from '../contracts/codec.ts';
import { subjects } from '../contracts/subjects.ts';
import { GainsView, OpportunitiesView, SymbolsView } from '../contracts/view.ts';
import type { Values } from './ws/values.ts';

export function followView(nc: Pick<NatsConnection, 'subscribe'>, run: string, values: Values, onFault: (error: unknown) => void): void {
  let told = '';
  const on = <S extends z.ZodType>(what: 'symbols' | 'opportunities' | 'gains', schema: S, take: (view: z.output<S>) => void): void => {
    nc.subscribe(subjects(run).view(what), {
      callback: (error, message) => {
        if (error !== null) return;
        try {
          take(schema.parse(decode(message.data)));
        } catch (reason) {
          if (String(reason) !== told) onFault(reason);
          told = String(reason);
        }
      },
    });
  };
  on('symbols', SymbolsView, (view) => values.symbols(view));
  on('opportunities', OpportunitiesView, (view) => values.live(view));
  on('gains', GainsView, (view) => values.gains(view));
}
