/** What a program needs of Fenshi: the stream with resume, the API with its problems, MessagePack where wanted. No dependency. */
export * from '../../contracts/stream-client.ts';
export { FenshiApi, FenshiProblem } from './api.ts';
