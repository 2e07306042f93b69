/** What contracts/schemas/ holds, by file name. */
import { z } from 'zod';
import { asyncApi } from '../../contracts/asyncapi.ts';
import { Config } from '../../contracts/config.ts';
import { ClientFrame, ServerFrame } from '../../contracts/frames.ts';
import { JournalStep, LifecycleMessage } from '../../contracts/journal.ts';
import { RoleStart } from '../../contracts/roles.ts';
import { TapeBody } from '../../contracts/tape.ts';
import { DeadLetter, GainsView, OpportunitiesView, SymbolsView } from '../../contracts/view.ts';
import { codeVersion } from '../runtime/paths.ts';
import { machineSketches } from './machine-page.ts';

const shapes = {
  config: Config,
  'client-frame': ClientFrame,
  'server-frame': ServerFrame,
  'dead-letter': DeadLetter,
  'journal-step': JournalStep,
  'lifecycle-message': LifecycleMessage,
  'role-start': RoleStart,
  'symbols-view': SymbolsView,
  'opportunities-view': OpportunitiesView,
  'gains-view': GainsView,
  'tape-body': TapeBody,
};

export const exportedSchemas = (): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(shapes).map(([name, schema]) => [name, z.toJSONSchema(schema, { unrepresentable: 'any' })])),
  asyncapi: asyncApi(codeVersion),
  machines: machineSketches(),
});
