import { expect, test } from 'vitest';
import { pagePaths, pathOfOpportunity } from '../../contracts/door.ts';
import type { Transition } from '../../contracts/journal.ts';
import { riskWords } from '../../contracts/state-words.ts';
import { alertOfNewDay, alertOfRisk, alertOfRun } from './alert.ts';

const origin = 'simulated' as never;
const risk = (to: string, from: string | null = 'normal') =>
  alertOfRisk({ actorId: 'risk.market', from, to, note: null, tsMs: 1 } as Transition, 'a', 1, origin);

test('a message opens a page of the cockpit: that of its opportunity, of risk, or the first', () => {
  const patterns = pagePaths.map((path) => new RegExp(`^${path.replace(/\{\w+\}/, '[^/]+')}$`));
  const opened = [pathOfOpportunity('20261123-000001'), risk('frozen').path, alertOfNewDay('market', '20261123', 1, 1, origin).path];
  expect(opened).toEqual(['/o/20261123-000001', '/risk', '/risk']);
  for (const path of [...opened, alertOfRun(false, '', 1).path]) expect(patterns.filter((each) => each.test(path))).toHaveLength(1);
});

test.each(Object.entries(riskWords.zh).slice(1))('risk %s is told by the word of the page, %s', (level, word) => {
  expect(risk(level)).toMatchObject({ title: `⚠️ 风控${word}|market`, lines: [`正常 → ${word}`], isClear: false });
});

test('risk that is over is a clearing, urgent where it had been as good as shut', () => {
  expect([risk('normal', 'frozen'), risk('normal', 'caution')].map(({ isClear, severity }) => [isClear, severity])).toEqual([
    [true, 'urgent'],
    [true, 'notice'],
  ]);
});
