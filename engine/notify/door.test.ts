import { expect, test } from 'vitest';
import { NotifyConfig, NotifyRule } from '../../contracts/notify.ts';
import { makeLog } from '../../contracts/process/log.ts';
import type { NotifyDesk } from './desk.ts';
import { notifyWorks } from './door.ts';
import { RuleBook } from './own-rules.ts';

const config = NotifyConfig.parse({ channels: { bot: { kind: 'bark', deviceKey: 'k' } } });
const rule = (over: object = {}): NotifyRule => NotifyRule.parse({ id: 'own', about: 'opportunity', channels: ['bot'], ...over });

function doorWith(areKnown: boolean) {
  const used: string[][] = [];
  const asked: string[][] = [];
  const ids = (rules: readonly NotifyRule[]): string[] => rules.map(({ id }) => id);
  const desk = {
    use: (rules: readonly NotifyRule[]) => used.push(ids(rules)),
    tried: () => ({ of: 3, matched: 3, newest: [] }),
  } as unknown as NotifyDesk;
  let revision = 0;
  const rules = new RuleBook(config, {
    read: async () => null,
    write: async (_body, at) => {
      if (at !== revision) return null;
      revision += 1;
      return revision;
    },
  });
  const know = async (all: readonly NotifyRule[]): Promise<boolean> => {
    asked.push(ids(all));
    return areKnown;
  };
  return { works: notifyWorks({ config, desk, rules, know, log: makeLog('test', 'silent') }), used, asked };
}

test('rules are in force with the answer, and their groups asked for', async () => {
  const { works, used, asked } = doorWith(true);
  expect(await works['notify-rules']({ rules: [rule()], revision: 0 } as never)).toEqual({ revision: 1 });
  expect([used, asked]).toEqual([[['own']], [['own']]]);
});

test('refused, those that stand are in force', async () => {
  const { works, used } = doorWith(true);
  await expect(works['notify-rules']({ rules: [rule()], revision: 7 } as never)).rejects.toThrow(/CONFLICT/);
  expect(used).toEqual([[]]);
});

test('a rule is tried with its own groups known; while they are not, that is said and no number', async () => {
  const { works, asked } = doorWith(true);
  expect(await works['notify-try']({ rule: rule({ sector: ['801120'] }) } as never)).toEqual({ of: 3, matched: 3, newest: [] });
  expect(asked).toEqual([['own'], []]);
  await expect(doorWith(false).works['notify-try']({ rule: rule({ sector: ['801120'] }) } as never)).rejects.toThrow(/NOT_READY/);
});
