/** Tencent boards and their members (sources.md §1.7). Numbers are strings; 万元 for turnover and main inflow. */
import { FenshiError } from '../../../contracts/errors.ts';
import type { BoardKind, Endpoint, RejectReason, SourceBoard, SourceMember } from '../adapter.ts';
import { decimalOf, type Field, tenThousand } from '../wire/numbers.ts';
import { type JsonRow, readRows } from '../wire/rows.ts';
import { ofPrefixed } from '../wire/symbols.ts';
import { jsonOf } from '../wire/text.ts';

export type PageParams = { readonly offset: number; readonly count: number };
export type BoardsParams = PageParams & { readonly kind: BoardKind };
export type MembersParams = PageParams & { readonly board: string };
const typeOf = { industry: 'hy2', concept: 'gn', region: 'dy' } as const;

export const tencentBoards: Endpoint<BoardsParams, SourceBoard> = {
  source: 'tencent',
  name: 'boards',
  host: 'flow',
  request: ({ kind, offset, count }) => ({
    path: `/cgi/cgi-bin/rank/pt/getRank?board_type=${typeOf[kind]}&sort_type=priceRatio&direct=down&offset=${offset}&count=${count}`,
  }),
  parse: (body, { kind }) => readRows(listOf(body), 'code', (row) => boardOf(row, kind)),
};

export const tencentMembers: Endpoint<MembersParams, SourceMember> = {
  source: 'tencent',
  name: 'members',
  host: 'flow',
  request: ({ board, offset, count }) => ({
    path: `/cgi/cgi-bin/rank/hs/getBoardRankList?_appver=11.17.0&board_code=${board}&sort_type=price&direct=down&offset=${offset}&count=${count}`,
  }),
  parse: (body, { board }) =>
    readRows(listOf(body), 'code', (row) => {
      const no = ofPrefixed(String(row.code));
      const name = row.name;
      if (no === null) return 'CODE';
      return typeof name === 'string' && name !== '' ? { board, instrumentNo: no, name } : 'SHAPE';
    }),
};

/** @throws FenshiError SOURCE_BODY, SOURCE_REFUSED */
function listOf(body: Uint8Array): readonly unknown[] {
  const answer = jsonOf(body);
  if (answer.code !== 0) throw new FenshiError('SOURCE_REFUSED', `code ${String(answer.code)}: ${String(answer.msg)}`);
  const list = (answer.data as Record<string, unknown> | null)?.rank_list;
  if (!Array.isArray(list)) throw new FenshiError('SOURCE_BODY', 'no rank_list');
  return list;
}

function boardOf(row: JsonRow, kind: BoardKind): SourceBoard | RejectReason {
  const { code, name } = row;
  if (typeof code !== 'string' || !/^pt\d{8}$/.test(code)) return 'CODE';
  if (typeof name !== 'string' || name === '') return 'SHAPE';
  const [change, main] = [textNumber(row.zdf), textNumber(row.zljlr)];
  if (change === undefined || main === undefined) return 'NUMBER';
  return {
    code,
    name,
    kind,
    change: change === null ? null : change / 100,
    mainYuan: main === null ? null : main * tenThousand,
    up: null,
    down: null,
    leaderNo: null,
  };
}

const textNumber = (value: unknown): Field =>
  value === undefined || value === null ? null : typeof value === 'string' ? decimalOf(value) : undefined;
