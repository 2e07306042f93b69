/** What a program needs of Fenshi: the stream with resume, the API with its problems, MessagePack where wanted. Its code needs nothing; its types need zod. */
export type { ListedOpportunity, StreamedEvent } from '../../contracts/fold.ts';
export * from '../../contracts/stream-client.ts';
export type { SignalItem, StateEvent, StateItem, StrategyItem } from '../../contracts/stream-items.ts';
export type { EventOf, ItemOf, QuoteItem, ValueOf } from '../../contracts/stream-types.ts';
export { FenshiApi, FenshiProblem } from './api.ts';
