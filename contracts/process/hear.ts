/** Messages of a subject by their schema. One that cannot be read is passed over: thrown in a callback it would cost the whole connection. */
import type { NatsConnection } from 'nats';
import type { z } from 'zod';
import { decode } from '../codec.ts';

export type Heard = {
  readonly nc: Pick<NatsConnection, 'subscribe'>;
  readonly subject: string;
  /** Told of what could not be read or taken, once as long as the reason is the same. */
  readonly onUnreadable: (reason: string) => void;
};

export function hear<S extends z.ZodType>({ nc, subject, onUnreadable }: Heard, schema: S, take: (value: z.output<S>) => void) {
  let told = '';
  const tell = (reason: string): void => {
    if (reason !== told) onUnreadable(reason);
    told = reason;
  };
  return nc.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return tell(String(error));
      try {
        take(schema.parse(decode(message.data)));
      } catch (reason) {
        tell(`${subject}: ${String(reason)}`);
      }
    },
  });
}
