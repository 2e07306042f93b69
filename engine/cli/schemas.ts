/** `npm run schemas`: writes the JSON Schemas of every wire body to contracts/schemas/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Config } from '../../contracts/config.ts';
import { ClientFrame } from '../../contracts/frames.ts';
import { JournalStep, LifecycleMessage } from '../../contracts/journal.ts';
import { RoleStart } from '../../contracts/roles.ts';
import { TapeBody } from '../../contracts/tape.ts';

const shapes = {
  config: Config,
  'client-frame': ClientFrame,
  'journal-step': JournalStep,
  'lifecycle-message': LifecycleMessage,
  'role-start': RoleStart,
  'tape-body': TapeBody,
};
mkdirSync('contracts/schemas', { recursive: true });
for (const [name, schema] of Object.entries(shapes)) {
  writeFileSync(`contracts/schemas/${name}.json`, `${JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }), null, 2)}\n`);
  console.log(`contracts/schemas/${name}.json`);
}
