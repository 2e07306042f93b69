/** `npm run schemas`: writes the JSON Schemas of every wire body, and AsyncAPI, to contracts/schemas/, and the pages of the specification that are made from code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { exportedSchemas } from './exported-schemas.ts';
import { featurePage } from './feature-page.ts';
import { machinePage } from './machine-page.ts';

mkdirSync('contracts/schemas', { recursive: true });
for (const [name, schema] of Object.entries(exportedSchemas())) {
  writeFileSync(`contracts/schemas/${name}.json`, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`contracts/schemas/${name}.json`);
}
for (const [page, text] of [
  ['features', featurePage()],
  ['machines', machinePage()],
]) {
  writeFileSync(`contracts/spec/${page}.md`, text!);
  console.log(`contracts/spec/${page}.md`);
}
