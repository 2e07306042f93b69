/** The cell's whole state between two entries: what a checkpoint file holds, as MessagePack. */
import { decode, encode } from '../../contracts/codec.ts';
import type { CleanerImage } from '../clean/cleaner.ts';
import type { FeatureImage } from '../features/engine.ts';
import type { ActorImage } from './actors.ts';
import type { DeskImage } from './desk.ts';
import type { MarketDesk } from './market-desk.ts';
import type { SymbolImage } from './symbols.ts';

export type CellImage = {
  readonly v: 1;
  readonly tradeDate: string;
  readonly n: number;
  readonly step: number;
  readonly timeMs: number;
  readonly quotes: number;
  readonly closed: boolean;
  readonly poisoned: readonly number[];
  readonly cleaner: CleanerImage;
  readonly features: FeatureImage;
  readonly symbols: SymbolImage;
  readonly desk: DeskImage;
  readonly market: ReturnType<MarketDesk['image']>;
  readonly actors: readonly ActorImage[];
  readonly actorEvents: number;
  readonly seq: readonly (readonly [string, number])[];
};

export const encodeImage = (image: CellImage): Uint8Array => encode(image);
/** The file's sha256 vouches for the shape: nothing but encodeImage writes it. */
export const decodeImage = (bytes: Uint8Array): CellImage => decode(bytes) as CellImage;
