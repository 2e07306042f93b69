/**
 * The cockpit as it was built: one page under every address of its own, and the files it names. Read once; where nothing was built the page says so
 * and the API is served all the same.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pagePaths } from '../../contracts/door.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { type Route, route } from '../http/table.ts';

const built = fileURLToPath(new URL('../cockpit/dist', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.html': 'text/html; charset=utf-8',
};
/** Nothing may be loaded, run or framed but what is ours; styles are set on elements by charts and bars. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const notBuilt =
  '<!doctype html><meta charset="utf-8"><title>Fenshi</title><p>页面没有构建：npm start 会构建它；API 在 <a href="/docs">/docs</a>。</p><p>The cockpit was not built: npm start builds it. The API: <a href="/docs">/docs</a>.</p>';

const loose = ['icon.svg', 'manifest.webmanifest'] as const;

type File = { readonly type: string; readonly body: Uint8Array };
function filesOf(folder: string): ReadonlyMap<string, File> {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, File][] => {
      const type = types[extname(entry.name)];
      return !entry.isFile() || type === undefined ? [] : [[entry.name, { type, body: readFileSync(join(folder, entry.name)) }]];
    }),
  );
}

export function cockpitRoutes(folder = built): Route[] {
  const top = filesOf(folder);
  const assets = filesOf(join(folder, 'assets'));
  const page = top.get('index.html');
  const common = { method: 'GET', tag: 'cockpit', role: null } as const;
  const found = (files: ReadonlyMap<string, File>, name: string): File => {
    const file = files.get(name);
    if (file === undefined) throw new FenshiError('NOT_FOUND', name);
    return file;
  };
  return [
    ...pagePaths.map((path, i) =>
      route({
        ...common,
        path,
        id: `getPage${i === 0 ? '' : i}`,
        summary: i === 0 ? 'The cockpit' : 'The cockpit, at one of its pages',
        ...(path === '/o/{id}' ? { params: z.strictObject({ id: z.string().max(96) }) } : {}),
        ...(path === '/s/{symbol}' ? { params: z.strictObject({ symbol: z.string().max(12) }) } : {}),
        // filters and the instant looked back at are the page's own
        query: z.looseObject({}),
        handle: () => ({ type: types['.html']!, body: page?.body ?? notBuilt, headers: { 'content-security-policy': policy } }),
      }),
    ),
    route({
      ...common,
      path: '/assets/{name}',
      id: 'getAsset',
      summary: 'A file the cockpit names; its name changes with what is in it',
      params: z.strictObject({ name: z.string().max(120) }),
      codes: ['NOT_FOUND'],
      handle: ({ params: { name } }) => ({ ...found(assets, name), headers: { 'cache-control': 'public, max-age=31536000, immutable' } }),
    }),
    ...loose.map((name) =>
      route({
        ...common,
        path: `/${name}`,
        id: `get${name[0]!.toUpperCase()}${name.slice(1).replace('.', '')}`,
        summary: 'Of the cockpit',
        handle: () => found(top, name),
        codes: ['NOT_FOUND'],
      }),
    ),
  ];
}
