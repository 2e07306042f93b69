/** Tencent boards and their members (contracts/spec/sources.md#tencent). Numbers are strings; 万元 for turnover and main inflow. */
import { FenshiError } from '../../../contracts/errors.ts';
import { decimalOf, type Field, tenThousand } from '../../wire/numbers.ts';
import { ofPrefixed } from '../../wire/symbols.ts';
import { jsonOf } from '../../wire/text.ts';
import type { BoardKind, Endpoint, RejectReason, SourceBoard, SourceBoardMove, SourceMember } from '../adapter.ts';
import { type JsonRow, readRows } from '../rows/rows.ts';

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

const rankOf = { industry: '01', concept: '02' } as const;

/** How boards have moved today and over 5 and 20 days. */
export const tencentBoardMoves: Endpoint<{ readonly kind: keyof typeof rankOf; readonly count: number }, SourceBoardMove> = {
  source: 'tencent',
  name: 'boardMoves',
  host: 'flow',
  request: ({ kind, count }) => ({
    path: `/ifzqgtimg/appstock/app/mktHs/rank?l=${count}&p=1&t=${rankOf[kind]}/averatio&ordertype=&o=0`,
  }),
  parse: (body) => {
    const { code, msg, data } = jsonOf(body);
    if (code !== 0) throw new FenshiError('SOURCE_REFUSED', `code ${String(code)}: ${String(msg)}`);
    if (!Array.isArray(data)) throw new FenshiError('SOURCE_BODY', 'no list');
    return readRows(data, 'bd_code', moveOf);
  },
};

function moveOf(row: JsonRow): SourceBoardMove | RejectReason {
  const { bd_code: code, bd_name: name } = row;
  if (!isBoardCode(code)) return 'CODE';
  if (typeof name !== 'string' || name === '') return 'SHAPE';
  const [change, change5, change20] = [row.bd_zdf, row.bd_zdf5, row.bd_zdf20].map((value) => {
    const percent = textNumber(value);
    return typeof percent === 'number' ? percent / 100 : percent;
  });
  if (change === undefined || change5 === undefined || change20 === undefined) return 'NUMBER';
  return { code, name, change, change5, change20 };
}

const isBoardCode = (code: unknown): code is string => typeof code === 'string' && /^pt\d{8}$/.test(code);

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
  if (!isBoardCode(code)) return 'CODE';
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
