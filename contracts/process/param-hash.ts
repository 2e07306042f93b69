/** The name of a set of parameters, as journal, signals and commands bear it: 16 hex digits over its bytes, in the order of its schema. */
import { createHash } from 'node:crypto';
import { encode } from '../codec.ts';

export const paramHashOf = (params: unknown): string => createHash('sha256').update(encode(params)).digest('hex').slice(0, 16);
