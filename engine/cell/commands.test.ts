import { beforeAll, describe, expect, test } from 'vitest';
import type { OpportunityContext } from '../../actors/opportunity/context.ts';
import { sectorEntity } from '../../contracts/entity.ts';
import type { JournalEntry, Transition } from '../../contracts/journal.ts';
import { type AnyCommand, decodeTape, encodeTape, type TapeEntry } from '../../contracts/tape.ts';
import { type GeneratedDay, generatedDay } from '../../scenarios/support/days.ts';
import { rally } from '../detectors/rally.ts';
import { Cell } from './cell.ts';
import { decodeImage, encodeImage } from './image.ts';

let day: GeneratedDay;
let cut: number;
beforeAll(() => {
  day = generatedDay({ seed: 2, count: 30, until: '10:15', detectors: ['rally'] });
  // while an opportunity lives
  cut = day.entries.findIndex(({ tsMs, type }) => type === 'clock' && tsMs >= day.entries[0]!.tsMs + 85 * 60_000);
});
const at = (command: AnyCommand, id = 'c'): TapeEntry => ({ type: 'control', v: 1, tsMs: day.entries[cut]!.tsMs, commandId: id, command });

/** The day with these commands in its middle: the answers, and what was concluded after them. */
function run(...commands: readonly AnyCommand[]) {
  const cell = new Cell(day.bundle);
  const entries = day.entries.toSpliced(cut, 0, ...commands.map((command, i) => at(command, `c${i}`)));
  const all: JournalEntry[] = [];
  for (const entry of entries) all.push(...(cell.apply(decodeTape(encodeTape(entry))).draft?.entries ?? []));
  const answers = all.filter((entry) => entry.kind === 'control').map(({ accepted, code }) => (accepted ? 'accepted' : code));
  const after = all.filter(({ tsMs }) => tsMs >= day.entries[cut]!.tsMs);
  return { answers, after, signals: after.filter((entry) => entry.kind === 'signal'), cell };
}
const transitions = (entries: readonly JournalEntry[], to: string) =>
  entries.filter((entry) => entry.kind === 'transition' && entry.machine === 'opportunity' && entry.to === to);

describe('commands and their answers', () => {
  test.each<[string, AnyCommand, string]>([
    ['a strategy nobody has', { name: 'disable', detector: 'nobody' }, 'NOT_FOUND'],
    ['another mode for one nobody has', { name: 'promote', strategy: 'nobody', mode: 'shadow' }, 'NOT_FOUND'],
    ['parameters for one nobody has', { name: 'params', strategy: 'nobody', params: {}, paramHash: 'x' }, 'NOT_FOUND'],
    ['parameters that are none of its', { name: 'params', strategy: 'rally', params: { r33: 1 }, paramHash: 'x' }, 'PARAMS_INVALID'],
    ['a scope nobody has', { name: 'risk', scope: 'symbol.SH.999999', level: 3, policy: 'end' }, 'NOT_FOUND'],
    ['a sector nobody has', { name: 'risk', scope: 'sector.NONE', level: 1, policy: 'hold' }, 'NOT_FOUND'],
    ['a strategy’s risk', { name: 'risk', scope: 'strategy.rally', level: 1, policy: 'hold' }, 'accepted'],
    ['an override of a scope nobody has', { name: 'override', scope: 'sector.NONE', level: 1 }, 'NOT_FOUND'],
    ['what is watched', { name: 'watch', instruments: [1_600_519] }, 'accepted'],
    ['a hand-over', { name: 'fence' }, 'NOT_SUPPORTED'],
  ])('%s', (_what, command, answer) => {
    expect(run(command).answers).toEqual([answer]);
  });

  test('one that is asked again under its id is answered the same and carried out no second time, across a restart too', () => {
    const freeze: AnyCommand = { name: 'risk', scope: 'market', level: 3, policy: 'hold' };
    const release: AnyCommand = { name: 'risk', scope: 'market', level: 0, policy: 'hold' };
    let cell = new Cell(day.bundle);
    for (const entry of day.entries.slice(0, cut)) cell.apply(entry);
    const ask = (command: AnyCommand, id: string) =>
      cell.apply(at(command, id)).draft?.entries.flatMap((entry) => (entry.kind === 'control' ? [entry.code ?? 'accepted'] : []));
    const level = () => cell.desk.risk.of(['market']).level;

    expect([ask(freeze, 'a'), level()]).toEqual([['accepted'], 3]);
    expect([ask(release, 'b'), level()]).toEqual([['accepted'], 0]);
    expect([ask(freeze, 'a'), level()]).toEqual([['accepted'], 0]);
    expect([ask({ name: 'disable', detector: 'nobody' }, 'd'), ask({ name: 'disable', detector: 'nobody' }, 'd')]).toEqual([
      ['NOT_FOUND'],
      ['NOT_FOUND'],
    ]);
    cell = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));
    expect([ask(freeze, 'a'), level()]).toEqual([['accepted'], 0]);
    // an id of the door names what was asked there: its parameters were merged with others meanwhile
    const retune = (r3: number): AnyCommand => ({
      name: 'params',
      strategy: 'rally',
      params: rally.params.parse({ r3 }) as Record<string, unknown>,
      paramHash: String(r3),
    });
    const hash = () => cell.decisions.lanes.find(({ id }) => id === 'rally')!.paramHash;
    expect([ask(retune(0.5), 'api:t:1'), ask(retune(0.6), 'e'), ask(retune(0.7), 'api:t:1')]).toEqual([
      ['accepted'],
      ['accepted'],
      ['accepted'],
    ]);
    expect(hash()).toBe('0.6');
    // an id is of one command: another under it is not taken for it
    expect([ask({ ...freeze, level: 2 } as AnyCommand, 'a'), level()]).toEqual([['COMMAND_ID_USED'], 0]);
  });

  test('what a later version asks is answered, and stops nobody', () => {
    const asked = { ...at({ name: 'fence' }), command: { name: 'teleport', to: 'mars' } } as unknown as TapeEntry;
    const cell = new Cell(day.bundle);
    for (const entry of day.entries.slice(0, cut)) cell.apply(entry);

    expect(cell.apply(decodeTape(encodeTape(asked))).draft?.entries).toMatchObject([
      { kind: 'control', command: 'teleport', accepted: false, code: 'UNKNOWN_COMMAND' },
    ]);
  });

  test('every sector of the day is a scope, and a symbol stands under its own', () => {
    const { cell } = run();
    const { sectors } = cell.market;
    const s = sectors.members[0]!;

    expect(run({ name: 'risk', scope: `sector.${sectors.codes[0]}`, level: 2, policy: 'hold' }).answers).toEqual(['accepted']);
    expect(cell.symbols.subjectOf(s).scopes).toContain(`sector.${sectors.codes[0]}`);
  });
});

describe('what they do', () => {
  test('disabled says nothing more, enabled speaks again', () => {
    expect(run().signals.length).toBeGreaterThan(5);
    expect(run({ name: 'disable', detector: 'rally' }).signals).toEqual([]);
    // what ran at that moment begins anew
    expect(run({ name: 'disable', detector: 'rally' }, { name: 'enable', detector: 'rally' }).signals.length).toBeGreaterThan(5);
  });

  test.each<[string, AnyCommand]>([
    ['disabled', { name: 'disable', detector: 'rally' }],
    ['demoted to shadow', { name: 'promote', strategy: 'rally', mode: 'shadow' }],
  ])('%s it stands by nothing any more: what lives on its word is weak from there on', (_what, command) => {
    const cell = new Cell(day.bundle);
    let life = '';
    for (const entry of day.entries) {
      const opened = cell.apply(entry).draft?.entries.find((each) => each.kind === 'transition' && each.to === 'discovered');
      if (opened?.kind === 'transition') life = opened.actorId;
      if (life !== '') break;
    }
    const context = () => cell.actors.context<OpportunityContext>(life);
    expect(context()).toMatchObject({ weak: false, tracks: { rally: { raised: true } } });

    cell.apply({ ...at(command), tsMs: cell.timeMs });

    expect(context()).toMatchObject({ endedMs: null, weak: true, tracks: { rally: { raised: false, confirmable: false } } });
  });

  test('in shadow it speaks and opens nothing', () => {
    const { signals, after } = run({ name: 'promote', strategy: 'rally', mode: 'shadow' });

    expect(
      signals.some((entry) => entry.kind === 'signal' && entry.signal.phase === 'enter' && entry.signal.strategy.mode === 'shadow'),
    ).toBe(true);
    expect(transitions(after, 'discovered')).toEqual([]);
    expect(transitions(run().after, 'discovered').length).toBeGreaterThan(0);
  });

  test('new parameters hold from there on, under their hash', () => {
    const params = rally.params.parse({ r3: 0.5 }) as Record<string, unknown>;
    const { signals } = run({ name: 'params', strategy: 'rally', params, paramHash: 'steep' });
    const mains = signals.filter((entry) => entry.kind === 'signal' && entry.signal.phase === 'enter' && entry.signal.path === 'main');

    expect(mains).toEqual([]);
    expect(new Set(signals.map((entry) => (entry.kind === 'signal' ? entry.signal.strategy.paramHash : '')))).toEqual(new Set(['steep']));
  });

  test('values of the configuration hold from there on; what is left out stays, and what lives keeps what it was born with', () => {
    const opened = (entries: readonly JournalEntry[]) => transitions(entries, 'discovered').length;
    const reasons = (entries: readonly JournalEntry[]) => entries.flatMap((entry) => (entry.kind === 'suppressed' ? [entry.reason] : []));
    const plain = run();
    const full = run({ name: 'config', config: { opportunities: { liveMax: 1 } } });
    expect([full.answers, reasons(full.after).includes('CAPACITY'), reasons(plain.after).includes('CAPACITY')]).toEqual([
      ['accepted'],
      true,
      false,
    ]);
    expect(full.cell.decisions.settings.opportunities).toEqual({ ...day.bundle.config.opportunities, liveMax: 1 });
    expect(full.cell.decisions.settings.universe).toEqual(day.bundle.config.universe);
    expect(opened(run({ name: 'config', config: { universe: { adv20Min: 1e12 } } }).after)).toBe(0);
    expect(opened(plain.after)).toBeGreaterThan(0);
    // a target lies beyond its cost
    const targets = (entries: readonly JournalEntry[]) =>
      transitions(entries, 'discovered').map((entry) => {
        const { entryMilli, target1Milli } = (entry as Transition).data.plan as { entryMilli: number; target1Milli: number };
        return target1Milli / entryMilli - 1;
      });
    const dear = targets(run({ name: 'config', config: { opportunities: { roundTripCost: 0.05 } } }).after);
    expect(Math.min(...dear)).toBeGreaterThan(0.05);
    expect(Math.min(...targets(plain.after))).toBeLessThan(0.05);
    // cool-downs are those of who is born from there on
    const cell = new Cell(day.bundle);
    const born = new Map<boolean, number>();
    const command: AnyCommand = { name: 'config', config: { opportunities: { coolDownStopSec: 7 } } };
    for (const entry of day.entries.toSpliced(cut, 0, at(command))) {
      cell.apply(entry);
      for (const { context } of cell.desk.views()) born.set(context.openedMs < day.entries[cut]!.tsMs, context.coolDowns.stop);
    }
    expect([...born].sort()).toEqual([
      [false, 7],
      [true, 1200],
    ]);
  });

  test('parameters that were made of others than those that run are refused, and change nothing', () => {
    const params = rally.params.parse({ r3: 0.5 }) as Record<string, unknown>;
    const over = (from: string): AnyCommand => ({ name: 'params', strategy: 'rally', params, paramHash: 'steep', from });
    const before = new Cell(day.bundle).decisions.lanes.find(({ id }) => id === 'rally')!.paramHash;
    const late = run(over('another'));
    expect(late.answers).toEqual(['PARAMS_CHANGED']);
    expect(late.signals.length).toBeGreaterThan(5);
    // of two that saw the same, the second comes too late
    expect(run(over(before), { ...over(before), paramHash: 'steeper' } as AnyCommand).answers).toEqual(['accepted', 'PARAMS_CHANGED']);
  });

  test('a frozen strategy with policy end ends what it stands by, and nothing new opens', () => {
    const before = run().cell;
    const { after } = run({ name: 'risk', scope: 'strategy.rally', level: 3, policy: 'end' });

    expect(before.desk.live).toBeGreaterThanOrEqual(0);
    expect(transitions(after, 'discovered')).toEqual([]);
    for (const entry of transitions(after, 'ended').slice(0, 1)) expect(entry).toMatchObject({ data: { endReason: 'RISK' } });
  });

  test('modes, parameters and what is watched survive a restart', () => {
    const { cell } = run({ name: 'promote', strategy: 'rally', mode: 'canary' }, { name: 'watch', instruments: [1_600_519] });
    const again = Cell.restore(day.bundle, decodeImage(encodeImage(cell.image())));

    expect(again.decisions.lanes[0]).toMatchObject({ mode: 'canary', strategy: { mode: 'canary' } });
    expect([...again.decisions.watched]).toEqual([1_600_519]);
  });
});

test('a strategy in a process of its own that no bundle names is answered on its entity', () => {
  const { cell } = run();
  const entry: TapeEntry = {
    type: 'ext',
    v: 1,
    tsMs: day.entries[cut]!.tsMs,
    strategy: 'mine',
    entity: sectorEntity('BK0477'),
    direction: 'up',
    raised: true,
    confirmable: false,
    path: 'main',
    score: 0.5,
    evidence: [],
  };

  expect(cell.apply(decodeTape(encodeTape(entry))).draft?.entries).toMatchObject([
    { kind: 'suppressed', actorId: 'sector.BK0477', strategy: 'mine', reason: 'UNKNOWN_STRATEGY' },
  ]);
});

test('a skip named for the day’s end does not leave the cell open for the next day', () => {
  const cell = new Cell(day.bundle, [day.entries.length - 1]);
  for (const entry of day.entries) cell.apply(entry);

  expect(cell.closed).toBe(true);
});
