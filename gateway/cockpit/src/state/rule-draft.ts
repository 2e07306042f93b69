/** A notification rule as a person types it, and as the API takes it. Pure. */
import type { Notifications } from './shapes.ts';
import { symbolsOf } from './symbol-list.ts';

export type Rule = Omit<Notifications['rules'][number], 'own'>;
export type RuleDraft = {
  readonly id: string;
  readonly about: Rule['about'];
  readonly channels: readonly string[];
  readonly state: readonly string[];
  readonly update: readonly string[];
  readonly family: readonly string[];
  readonly list: readonly string[];
  /** Codes, names of sectors' codes, scopes: separated as a person does. */
  readonly symbol: string;
  readonly sector: string;
  readonly scope: string;
  /** Percent. */
  readonly pMin: string;
  readonly severity: Rule['severity'];
  readonly cooldownSec: string;
};
export type DraftFault = 'id' | 'channels' | 'symbol' | 'pMin' | 'cooldownSec';

const words = (text: string): string[] => text.split(/[\s,，、;；]+/).filter((word) => word !== '');
const among = (key: string, values: readonly string[]): object => (values.length === 0 ? {} : { [key]: [...values] });
const numberIn = (text: string, most: number): number | null => {
  const value = Number(text);
  return text.trim() !== '' && value >= 0 && value <= most ? value : null;
};

/** The first name of its kind that no rule has. */
export function freeId(taken: readonly string[]): string {
  for (let n = 1; ; n++) if (!taken.includes(`own-${n}`)) return `own-${n}`;
}

/** Updates come while a state stands, which a confirmation does not for long: of a rule that asks for them the states asked for go, and the other way round. */
export const withChoice = (
  draft: RuleDraft,
  key: 'channels' | 'state' | 'update' | 'family' | 'list',
  values: readonly string[],
): RuleDraft => ({
  ...draft,
  ...(key === 'update' && draft.update.length === 0 && values.length > 0 ? { state: [] } : {}),
  ...(key === 'state' && draft.state.length === 0 && values.length > 0 ? { update: [] } : {}),
  [key]: values,
});

export const emptyDraft = (id: string, channels: readonly string[]): RuleDraft => ({
  id,
  about: 'opportunity',
  channels: channels.slice(0, 1),
  state: ['confirmed'],
  update: [],
  family: [],
  list: [],
  symbol: '',
  sector: '',
  scope: '',
  pMin: '',
  severity: 'info',
  cooldownSec: '0',
});

/** `channels`: those that there are; one that is gone goes from the rule. */
export const draftOf = (rule: Rule, channels: readonly string[]): RuleDraft => ({
  id: rule.id,
  about: rule.about,
  channels: rule.channels.filter((name) => channels.includes(name)),
  state: rule.state ?? [],
  update: rule.update ?? [],
  family: rule.family ?? [],
  list: rule.list ?? [],
  symbol: (rule.symbol ?? []).join(' '),
  sector: (rule.sector ?? []).join(' '),
  scope: (rule.scope ?? []).join(' '),
  pMin: rule.pMin === undefined ? '' : String(Number((100 * rule.pMin).toFixed(4))),
  severity: rule.severity,
  cooldownSec: String(rule.cooldownSec),
});

/** `taken`: ids of the other rules. `before`: of it what the form has no field for. What has no meaning for what it is about is left out. */
export function ruleOf(
  draft: RuleDraft,
  taken: readonly string[],
  before: Rule | null,
): { readonly rule: Rule; readonly faults: readonly DraftFault[] } {
  const { symbols, bad } = symbolsOf(draft.symbol);
  const isUnread = draft.symbol.trim() !== '' && (bad.length > 0 || symbols.length === 0);
  const pMin = draft.pMin.trim() === '' ? undefined : numberIn(draft.pMin, 100);
  const cooldownSec = numberIn(draft.cooldownSec, 86_400);
  const isOpportunity = draft.about === 'opportunity';
  const faults: DraftFault[] = [
    ...(!/^[a-z][a-z0-9-]{0,31}$/.test(draft.id) || taken.includes(draft.id) ? (['id'] as const) : []),
    ...(draft.channels.length === 0 ? (['channels'] as const) : []),
    ...(isOpportunity && isUnread ? (['symbol'] as const) : []),
    ...(isOpportunity && pMin === null ? (['pMin'] as const) : []),
    ...(cooldownSec === null || !Number.isInteger(cooldownSec) ? (['cooldownSec'] as const) : []),
  ];
  const rule = {
    id: draft.id,
    about: draft.about,
    channels: [...draft.channels],
    ...(isOpportunity
      ? {
          ...among('state', draft.state),
          ...among('update', draft.update),
          ...among('family', draft.family),
          ...among('strategy', before?.strategy ?? []),
          ...among('symbol', symbols),
          ...among('sector', words(draft.sector)),
          ...among('list', draft.list),
          ...(pMin == null ? {} : { pMin: pMin / 100 }),
        }
      : {}),
    ...(draft.about === 'risk' ? among('scope', words(draft.scope)) : {}),
    severity: draft.severity,
    cooldownSec: cooldownSec ?? 0,
  } as Rule;
  return { rule, faults };
}
