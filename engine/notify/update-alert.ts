/** What is told of an opportunity whose state stands, as an alert: pure. */
import { pathOfOpportunity } from '../../contracts/door.ts';
import type { UpdateKind } from '../../contracts/notify.ts';
import { riskWords, stateWords } from '../../contracts/state-words.ts';
import type { Origin } from '../../contracts/status.ts';
import { type Alert, chances, type Forecast, headOf, levelOf, percent, wordOf, yuan } from './alert.ts';
import { knownOf, type Update } from './updates.ts';

/** In the order in which a line of them stands first. */
const words: Readonly<Record<UpdateKind, string>> = {
  risk: '风控变化',
  target: '到达目标 1',
  stop: '止损收紧',
  chance: '概率变化',
  rank: '进入净期望前十',
};

export function alertOfUpdate({ opportunity, kinds, before, tsMs }: Update, id: string, atMs: number, origin: Origin): Alert {
  const { state, path, family, strategies, instrument, risk, facts } = opportunity;
  const now = knownOf(opportunity, before);
  const forecasts = (facts.forecasts ?? []) as readonly Forecast[];
  const lines: Readonly<Record<UpdateKind, () => readonly string[]>> = {
    risk: () => [`风控 ${wordOf(riskWords.zh, before.risk)} → ${wordOf(riskWords.zh, risk)}`],
    target: () => [`止损随高点移动,现在 ${yuan(now.stopMilli)}`],
    stop: () => [`失效 ${yuan(before.stopMilli)} → ${yuan(now.stopMilli)}`],
    chance: () => [`此前 ${before.chance === null ? '–' : percent(before.chance)}`, ...chances(forecasts)],
    rank: () => (kinds.includes('chance') ? [] : chances(forecasts)),
  };
  const told = (Object.keys(words) as UpdateKind[]).filter((kind) => kinds.includes(kind));
  return {
    id,
    about: 'opportunity',
    group: opportunity.id,
    severity: kinds.includes('risk') && levelOf(risk) >= 2 && levelOf(risk) > levelOf(before.risk) ? 'notice' : 'info',
    atMs,
    tsMs,
    origin,
    isClear: false,
    title: `${headOf(opportunity)}|${wordOf(stateWords.zh, path.startsWith('suspended') ? 'suspended' : state)} · ${told.map((kind) => words[kind]).join('、')}`,
    lines: told.flatMap((kind) => lines[kind]()),
    path: pathOfOpportunity(opportunity.id),
    facts: { state, family, strategies, symbol: instrument, p: typeof facts.p === 'number' ? facts.p : null, updates: kinds },
  };
}
