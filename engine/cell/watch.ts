/** A live opportunity as the desk follows it: what its actor said last, and the peak it has not been told of. */
import type { OpportunityContext, OpportunityEvent, Price } from '../../actors/opportunity/context.ts';
import { onlyRises, risen, wants } from '../../actors/opportunity/prices.ts';
import type { Subject } from './signal-case.ts';

export type PriceEvent = Extract<OpportunityEvent, { readonly type: 'price' }>;

export class Watch {
  readonly subject: Subject;
  path: string;
  /** With the peak as it stands, told or not. */
  context: OpportunityContext;
  #untold: PriceEvent | null = null;

  constructor(subject: Subject, path: string, context: OpportunityContext) {
    [this.subject, this.path, this.context] = [subject, path, context];
  }

  /** What its actor must hear of a price; null for nothing, or a peak alone, which waits until the actor hears of anything else. */
  priced(price: Price, tsMs: number): PriceEvent | null {
    if (!wants(this.path, this.context, price)) return null;
    const event = { type: 'price', tsMs, ...price } as const;
    if (!onlyRises(this.path, this.context, price)) return event;
    this.context = { ...this.context, ...risen(this.context, price.midMilli) };
    this.#untold = event;
    return null;
  }

  /** The price that made the peak its actor has not heard of; asked for before anything else is told. */
  untold(): PriceEvent | null {
    const event = this.#untold;
    this.#untold = null;
    return event;
  }
}
