/**
 * Configuration: defaults, fenshi.config.yaml, fenshi.local.yaml, FENSHI__A__B, flags; later ones win.
 * Every value remembers where it came from. Secrets only as `${env:NAME}` or `${file:path}`; they are shown as such.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { ZodError } from 'zod';
import { Config } from '../../contracts/config.ts';
import { FenshiError } from '../../contracts/errors.ts';
import { resolvedDetectors } from '../detectors/strategies.ts';

export type Origin = { readonly value: unknown; readonly from: string };
export type Loaded = { readonly config: Config; readonly origins: ReadonlyMap<string, Origin> };
type Layer = { readonly path: readonly string[]; readonly value: unknown; readonly from: string };

const files = ['fenshi.config.yaml', 'fenshi.local.yaml'];
const envPrefix = 'FENSHI__';

/** @throws FenshiError CONFIG_INVALID naming file and line, variable or flag */
export function loadConfig(root: string, flags: Readonly<Record<string, unknown>> = {}, env: NodeJS.ProcessEnv = process.env): Loaded {
  const layers = [
    ...files.flatMap((name) => yamlLayers(join(root, name), name)),
    ...envLayers(env),
    ...Object.entries(flags)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ({ path: key.split('.'), value, from: `flag --${key}` })),
  ];
  const raw: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const layer of layers) {
    // a copy: what is set under an empty map must not get into what is told of that map
    setPath(raw, layer.path, structuredClone(resolveSecret(layer.value, layer.from)));
    const path = layer.path.join('.');
    // a map that is set whole takes the place of what was under it
    for (const known of [...origins.keys()]) if (known.startsWith(`${path}.`)) origins.delete(known);
    origins.set(path, { value: layer.value, from: layer.from });
  }
  for (const path of [...origins.keys()]) if ([...origins.keys()].some((each) => each.startsWith(`${path}.`))) origins.delete(path);
  const parsed = parsedWithTexts(raw, env);
  if (!parsed.success) throw new FenshiError('CONFIG_INVALID', describe(parsed.error, origins));
  const config = { ...parsed.data, detectors: detectorsOf(parsed.data.detectors, origins) };
  assertModels(config, origins);
  for (const [path, value] of leaves(config)) if (!origins.has(path)) origins.set(path, { value, from: 'default' });
  return { config, origins };
}

/** A variable is text: where a key wants text, what looks like a number in it is none. */
function parsedWithTexts(raw: Record<string, unknown>, env: NodeJS.ProcessEnv): ReturnType<typeof Config.safeParse> {
  const first = Config.safeParse(raw);
  if (first.success) return first;
  const texts = new Map(envLayers(env).map(({ path, from }) => [path.join('.'), { path, text: env[from]! }]));
  for (const issue of first.error.issues) {
    const given = texts.get(issue.path.join('.'));
    if (issue.code === 'invalid_type' && issue.expected === 'string' && given !== undefined) setPath(raw, given.path, given.text);
  }
  return Config.safeParse(raw);
}

/** Each detector's schema checks its own part; the message says where the key came from. */
function detectorsOf(given: Config['detectors'], origins: ReadonlyMap<string, Origin>): Config['detectors'] {
  try {
    return resolvedDetectors(given);
  } catch (error) {
    const { message } = error as Error;
    const path = /detectors\.[\w.-]+/.exec(message)?.[0] ?? 'detectors';
    throw new FenshiError('CONFIG_INVALID', `${originOf(path, origins)}: ${message.slice(message.indexOf('detectors'))}`);
  }
}

/** A model is of a strategy that is there, has maps, and is the only one of it that is active. @throws FenshiError CONFIG_INVALID */
function assertModels({ models, detectors }: Pick<Config, 'models' | 'detectors'>, origins: ReadonlyMap<string, Origin>): void {
  const active = new Map<string, string>();
  for (const [id, model] of Object.entries(models)) {
    const refuse = (why: string) => new FenshiError('CONFIG_INVALID', `${originOf(`models.${id}`, origins)}: models.${id}${why}`);
    if (!Object.hasOwn(detectors, model.strategy)) throw refuse(`.strategy: there is no ${model.strategy}`);
    if (Object.values(model.maps).flat().length === 0) throw refuse('.maps: there are none');
    if (model.active && active.has(model.strategy)) throw refuse(`.active: so is ${active.get(model.strategy)}`);
    if (model.active) active.set(model.strategy, id);
  }
}

const originOf = (path: string, origins: ReadonlyMap<string, Origin>): string =>
  [...origins].find(([key]) => key === path || key.startsWith(`${path}.`))?.[1].from ?? 'configuration';

function yamlLayers(path: string, name: string): Layer[] {
  if (!existsSync(path)) return [];
  const counter = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: counter });
  const line = (offset: number) => `${name}:${counter.linePos(offset).line}`;
  const broken = document.errors[0];
  if (broken !== undefined) throw new FenshiError('CONFIG_INVALID', `${line(broken.pos[0])}: ${broken.message.split('\n')[0]}`);
  if (document.contents === null) return [];
  if (!isMap(document.contents)) throw new FenshiError('CONFIG_INVALID', `${name}:1: expected keys and values`);
  return mapLayers(document.contents, [], line);
}

function mapLayers(map: YAMLMap, path: readonly string[], line: (offset: number) => string): Layer[] {
  return map.items.flatMap((pair) => {
    const key = pair.key as Node;
    const at = [...path, String(isScalar(key) ? key.value : key)];
    const from = line(key.range?.[0] ?? 0);
    if (isMap(pair.value)) return pair.value.items.length === 0 ? [{ path: at, value: {}, from }] : mapLayers(pair.value, at, line);
    return [{ path: at, value: (pair.value as Node | null)?.toJSON() ?? null, from }];
  });
}

/** `FENSHI__SERVER__PORT=8788` → server.port; segments match keys without regard to case, and DEVICE_KEY is deviceKey where no key is known. A list is JSON. An empty one is as if unset. */
function envLayers(env: NodeJS.ProcessEnv): Layer[] {
  return Object.entries(env)
    .filter(([name, text]) => name.startsWith(envPrefix) && text !== '')
    .map(([name, text]) => ({
      path: camelPath(name.slice(envPrefix.length).split('__')),
      value: scalar(text ?? ''),
      from: name,
    }));
}

function camelPath(segments: readonly string[]): string[] {
  let shape: unknown = { ...Config.parse({}), detectors: resolvedDetectors({}) };
  return segments.map((segment) => {
    const keys = shape !== null && typeof shape === 'object' ? Object.keys(shape) : [];
    const key =
      keys.find((each) => each.toLowerCase() === segment.toLowerCase().replaceAll('_', '')) ??
      segment.toLowerCase().replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
    shape = (shape as Record<string, unknown> | null)?.[key];
    return key;
  });
}

/** Lists and maps as JSON; what is none is text, and refused where a list is wanted. */
function listOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function scalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\s*[[{]/.test(text)) return listOf(text);
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function resolveSecret(value: unknown, from: string): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveSecret(each, from));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolveSecret(each, from)]));
  const found = typeof value === 'string' ? /^\$\{(env|file):(.+)\}$/.exec(value) : null;
  if (found === null) return value;
  const [, kind, name] = found as unknown as [string, 'env' | 'file', string];
  const secret = kind === 'env' ? process.env[name] : existsSync(name) ? readFileSync(name, 'utf8').trim() : undefined;
  if (secret === undefined) throw new FenshiError('CONFIG_INVALID', `${from}: ${kind} ${name} does not exist`);
  return secret;
}

export function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const next = inner !== null && typeof inner === 'object' ? (inner as Record<string, unknown>) : {};
  target[key] = next;
  setPath(next, rest, value);
}

function describe(error: ZodError, origins: ReadonlyMap<string, Origin>): string {
  return error.issues
    .map((issue) => {
      const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
      const path = [...issue.path.map(String), ...(unknown === undefined ? [] : [unknown])].join('.');
      return `${originOf(path, origins)}: ${path}: ${unknown === undefined ? issue.message : 'unknown key'}`;
    })
    .join('; ');
}

function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path.join('.'), value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
