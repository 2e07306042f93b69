/** What a signal or an opportunity is about: one symbol, one sector, or the market as a whole. */
import { z } from 'zod';
import { InstrumentId, instrumentId, instrumentNo, subjectToken } from './units.ts';

export const entityKinds = ['symbol', 'sector', 'market'] as const;
export type EntityKind = (typeof entityKinds)[number];

/** `key`: an instrument id `600519.SH`, a sector's code, or `CN`. */
export const Entity = z
  .object({ kind: z.enum(entityKinds), key: z.string().regex(/^[A-Za-z0-9_.-]+$/) })
  .refine(({ kind, key }) => kind !== 'symbol' || InstrumentId.safeParse(key).success, 'the key of a symbol is its instrument id');
export type Entity = z.infer<typeof Entity>;

export const symbolEntity = (no: number): Entity => ({ kind: 'symbol', key: instrumentId(no) });
export const sectorEntity = (code: string): Entity => ({ kind: 'sector', key: code });
export const marketEntity: Entity = { kind: 'market', key: 'CN' };

/** As it stands in subjects and in opportunity ids: `SH.600519`, `BK0477`, `CN`. */
export const entityToken = ({ kind, key }: Entity): string => (kind === 'symbol' ? subjectToken(instrumentNo(key)) : key);

/** The actor that stands for it: `symbol.SH.600519`, `sector.BK0477`, `market`. */
export const entityActorId = (entity: Entity): string => (entity.kind === 'market' ? 'market' : `${entity.kind}.${entityToken(entity)}`);

export const sameEntity = (a: Entity, b: Entity): boolean => a.kind === b.kind && a.key === b.key;
