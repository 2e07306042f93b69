/** A brief in words: what it is, what it rests on, how likely, to where, and what to mind; nothing that its parts do not say. */
import type { Brief } from './brief.ts';
import { type Language, sentenceOf } from './evidence-words.ts';
import { type Forecast, speaks } from './forecast.ts';
import { adviceWords, endWords, eventWords, familyWords, riskNoteWords, riskWords, stateWords } from './state-words.ts';

export const disclaimer = { zh: '不构成投资建议', en: 'No investment advice' };
export const riskText = (risk: string, language: Language): string =>
  (riskNoteWords[language] as Readonly<Record<string, string>>)[risk] ?? risk;
const wordOf = (words: object, key: string): string => (words as Readonly<Record<string, string>>)[key] ?? key;

type Parts = Omit<Brief, 'text'>;
const say = {
  zh: {
    stop: '。',
    list: '、',
    hit: (said: string) => `依据：${said}`,
    base: (event: string, p0: string) => `${event}：未测得优势，基准 ${p0}`,
    chance: (event: string, p: string, lo: string, hi: string, p0: string) => `${event}：${p}（${lo}–${hi}，基准 ${p0}）`,
    plan: (entry: string, t1: string, t2: string, stop: string, rr: string) =>
      `参考 ${entry}，目标 ${t1}–${t2}，失效 ${stop}，盈亏比 ${rr}`,
    net: (bp: string) => `按计划目标与止损估算，扣费后 ${bp} 基点`,
    risks: (all: string) => `留意：${all}`,
  },
  en: {
    stop: '. ',
    list: ', ',
    hit: (said: string) => `Because ${said}`,
    base: (event: string, p0: string) => `${event}: no edge measured, base rate ${p0}`,
    chance: (event: string, p: string, lo: string, hi: string, p0: string) => `${event}: ${p} (${lo}–${hi}, base rate ${p0})`,
    plan: (entry: string, t1: string, t2: string, stop: string, rr: string) =>
      `Reference ${entry}, targets ${t1}–${t2}, void at ${stop}, reward over risk ${rr}`,
    net: (bp: string) => `By the plan’s target and stop ${bp} bp net of cost`,
    risks: (all: string) => `Mind: ${all}`,
  },
} as const;
const percent = (p: number): string => `${Math.round(100 * p)}%`;
const yuan = (milli: number | null): string => (milli === null ? '—' : (milli / 1000).toFixed(2));

/** Sentences of a brief's own parts, in one language. */
export function briefText(parts: Parts, language: Language): string {
  const words = say[language];
  const { entity, name, direction, family, state, endReason, evidence, risks, advice, riskLevel, expectedNetBp } = parts;
  const what = [name, entity.key].filter((each) => each !== null).join(' ');
  const ended = endReason === null ? '' : ` (${wordOf(endWords[language], endReason)})`;
  const said = sentenceOf(evidence, language);
  // a base rate is no expectation of this plan
  const isMeasured = parts.forecasts.some((each) => each.event === 'net-gain' && speaks(each));
  const isOver = state === 'ended' || state === 'archived';
  const sentences = [
    `${direction === 'up' ? '▲' : '▼'} ${what} ${familyWords[language][family]} ${wordOf(stateWords[language], state)}${ended}`,
    ...(said === '' ? [] : [words.hit(said)]),
    ...parts.forecasts.flatMap((forecast) => chanceOf(forecast, language)),
    ...(isOver || entity.kind === 'sector' ? [] : [planText(parts, language)]),
    ...(isOver || expectedNetBp === null || !isMeasured ? [] : [words.net(expectedNetBp.toFixed(0))]),
    ...(isOver || advice === null ? [] : [adviceWords[language][advice]]),
    ...(riskLevel === 'normal' ? [] : [wordOf(riskWords[language], riskLevel)]),
    ...(risks.length === 0 ? [] : [words.risks(risks.map(({ text }) => text[language]).join(words.list))]),
    disclaimer[language],
  ];
  return `${sentences.join(words.stop)}${words.stop.trim()}`;
}

/** Never a chance without its event and its base rate. */
function chanceOf(forecast: Forecast, language: Language): string[] {
  const { event, p, lo, hi, p0 } = forecast;
  const words = say[language];
  if (p === null || lo === null || hi === null) return [];
  const named = eventWords[language][event];
  return [speaks(forecast) ? words.chance(named, percent(p), percent(lo), percent(hi), percent(p0)) : words.base(named, percent(p0))];
}

function planText({ entryRef, targetRange, stop, rewardRisk }: Parts, language: Language): string {
  const [t1, t2] = targetRange ?? [null, null];
  return say[language].plan(yuan(entryRef), yuan(t1), yuan(t2), yuan(stop), rewardRisk?.toFixed(2) ?? '—');
}
