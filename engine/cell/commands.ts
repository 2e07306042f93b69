/** What each command does to the decisions of a day; the answer is a code, null for done. */
import type { AnyCommand } from '../../contracts/tape.ts';
import { type ExternalParams, external } from '../detectors/external.ts';
import { accountLevel } from '../opportunities/account.ts';
import type { Decisions } from './decisions.ts';
import type { Lane } from './lanes.ts';

export function applyCommand(decisions: Decisions, command: AnyCommand, skip: (command: AnyCommand) => string | null): string | null {
  const lane = 'strategy' in command ? decisions.lanes.find(({ id }) => id === command.strategy) : undefined;
  switch (command.name) {
    case 'dismiss':
      return decisions.desk.dismiss(command.opportunity) ? null : 'NOT_FOUND';
    case 'risk':
      return decisions.desk.setRisk(command.scope, command.level, command.policy) ? null : 'NOT_FOUND';
    case 'override':
      return decisions.desk.overrideRisk(command.scope, command.level) ? null : 'NOT_FOUND';
    case 'account':
      decisions.desk.setRisk('account', accountLevel(command.figures), 'hold', 'K15');
      return null;
    case 'disable':
    case 'enable': {
      const named = decisions.lanes.filter(({ id }) => id === command.detector);
      for (const each of named) {
        each.disabled = command.name === 'disable';
        if (each.disabled) decisions.lower(each, [...each.runs.keys()]);
      }
      return named.length > 0 ? null : 'NOT_FOUND';
    }
    case 'promote':
      if (lane === undefined) return 'NOT_FOUND';
      decisions.promote(lane, command.mode);
      return null;
    case 'params': {
      if (lane === undefined) return 'NOT_FOUND';
      if (command.from !== undefined && command.from !== lane.paramHash) return 'PARAMS_CHANGED';
      const parsed = lane.detector.params.safeParse(command.params);
      if (!parsed.success || !mayRetune(lane, parsed.data)) return 'PARAMS_INVALID';
      lane.retune(parsed.data, command.paramHash);
      decisions.models.retuned(lane);
      return null;
    }
    case 'model':
      if (lane === undefined || !decisions.hasModel(lane, command.modelId)) return 'NOT_FOUND';
      return decisions.models.choose(lane, command.modelId);
    case 'stage':
      return lane === undefined ? 'NOT_FOUND' : decisions.models.stage(lane, command.modelId, command.state);
    case 'rollback':
      return lane === undefined ? 'NOT_FOUND' : decisions.models.rollBack(lane);
    case 'config':
      decisions.settings.change(command.config);
      return null;
    case 'watch':
      decisions.watched.clear();
      for (const no of command.instruments) decisions.watched.add(no);
      return null;
    case 'skip':
      return skip(command);
    case 'fence':
      // a cell that is to be replaced ends at its supervisor's word; nothing here would come of it
      return 'NOT_SUPPORTED';
    case 'unknown':
      return 'UNKNOWN_COMMAND';
  }
}

/** Whose code speaks and what it was started with is not the cell's to change: only how long and from which score its word counts. */
function mayRetune({ detector, params }: Lane, next: unknown): boolean {
  if (detector.id !== external.id) return true;
  const of = ({ package: name, sha256, of: own }: ExternalParams): string => JSON.stringify([name, sha256, own]);
  return of(params as ExternalParams) === of(next as ExternalParams);
}
